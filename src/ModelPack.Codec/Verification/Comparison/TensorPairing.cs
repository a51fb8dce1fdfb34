namespace ModelPack.Verification.Comparison;

/// <summary>Which tensors of two lists belong together.</summary>
/// <param name="Others">For each tensor of the first list its partner in the second; null if it has none.</param>
/// <param name="Extra">Tensors of the second list without a partner, in its order.</param>
internal sealed record TensorPairing(TensorInfo?[] Others, IReadOnlyList<TensorInfo> Extra)
{
    /// <summary>Pairs tensors by name; the second list's names are translated first. A name that needs no translation goes before one that
    /// does.</summary>
    public static TensorPairing Of(IReadOnlyList<TensorInfo> first, IReadOnlyList<TensorInfo> second, Func<string, string> translate)
    {
        Dictionary<string, TensorInfo> others = new(StringComparer.Ordinal);
        HashSet<string> known = [.. first.Select(tensor => tensor.Name)];
        HashSet<TensorInfo> extra = new(ReferenceEqualityComparer.Instance);
        foreach ((TensorInfo tensor, string name) in second.Select(tensor => (tensor, translate(tensor.Name)))
            .OrderByDescending(pair => pair.tensor.Name == pair.Item2))
        {
            if (!known.Contains(name) || !others.TryAdd(name, tensor))
            {
                extra.Add(tensor);
            }
        }

        return new([.. first.Select(tensor => others.GetValueOrDefault(tensor.Name))], [.. second.Where(extra.Contains)]);
    }

    /// <summary>What is to be said of a tensor that is in the first model only.</summary>
    public static Difference Missing(TensorInfo tensor) =>
        new(DifferenceKind.MissingTensor, tensor.Name, $"tensor '{tensor.Name}' is missing in the second file");

    /// <summary>What is to be said of the tensors that are in the second model only.</summary>
    public IEnumerable<Difference> Additional() =>
        Extra.Select(
            tensor => new Difference(DifferenceKind.ExtraTensor, tensor.Name, $"tensor '{tensor.Name}' is in the second file only"));
}
