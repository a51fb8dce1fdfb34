using ModelPack.Architectures.Names;
using ModelPack.Diagnostics;
using ModelPack.Validation.Facts;

namespace ModelPack.Validation.Checks;

/// <summary>The layers counted and the layers present, and whether each has what a layer needs.</summary>
internal static class LayerCheck
{
    private const int Shown = 8;

    // Each group needs one of its alternatives, and that one whole.
    private static readonly (string What, TensorRole[][] Alternatives)[] Needs =
    [
        ("attention norm", [[TensorRole.AttentionNorm]]),
        ("query, key and value projection", [[TensorRole.Query, TensorRole.Key, TensorRole.Value], [TensorRole.QueryKeyValue]]),
        ("attention output", [[TensorRole.AttentionOutput]]),
        ("feed-forward projections",
            [[TensorRole.Up, TensorRole.Down], [TensorRole.GateUp, TensorRole.Down], [TensorRole.ExpertUps, TensorRole.ExpertDowns],
                [TensorRole.ExpertUp, TensorRole.ExpertDown], [TensorRole.ExpertGateUps, TensorRole.JoinedExpertDowns]]),
    ];

    public static void Run(ValidationContext context)
    {
        if (context.Settings is not { IsWholeModel: true, Family: { } family } || context.Tensors.Count == 0)
        {
            return;
        }

        SortedDictionary<int, HashSet<TensorRole>> layers = Layers(context.Tensors);
        if (layers.Count == 0)
        {
            context.Keep(
                "K-NAMES",
                $"no tensor name is of the kind that '{context.Settings.Architecture}' has, so layers and shapes were not compared");
            return;
        }

        if (context.Settings[SettingName.Layers] is { } count)
        {
            CheckCount(context, count, layers.Keys);
        }

        if (!context.Tensors.Any(tensor => TensorRoles.Of(tensor.Name)?.Role == TensorRole.TokenEmbedding))
        {
            context.Find(
                ValidationErrors.Layers, "token embedding",
                $"a model of the architecture '{family.Name}' has a token embedding; this one has none");
        }

        foreach ((int layer, HashSet<TensorRole> roles) in layers)
        {
            foreach ((string what, TensorRole[][] alternatives) in Needs)
            {
                if (!alternatives.Any(alternative => alternative.All(roles.Contains)))
                {
                    context.Find(ValidationErrors.Layers, $"layer {layer}", $"layer {layer} has no complete {what}");
                }
            }
        }
    }

    private static SortedDictionary<int, HashSet<TensorRole>> Layers(IReadOnlyList<TensorInfo> tensors)
    {
        SortedDictionary<int, HashSet<TensorRole>> layers = [];
        foreach (TensorInfo tensor in tensors)
        {
            if (TensorRoles.Layer(tensor.Name) is not { } layer)
            {
                continue;
            }

            if (!layers.TryGetValue(layer, out HashSet<TensorRole>? roles))
            {
                layers.Add(layer, roles = []);
            }

            if (TensorRoles.Of(PublishedCodes.WeightOf(tensor.Name)) is { IsBias: false } known)
            {
                roles.Add(known.Role);
            }
        }

        return layers;
    }

    private static void CheckCount(ValidationContext context, Setting count, IReadOnlyCollection<int> present)
    {
        long stated = count.Values[0];
        long[] missing = [.. Range(Math.Min(stated, present.Count + (long)Shown)).Where(layer => !present.Contains((int)layer))];
        int[] surplus = [.. present.Where(layer => layer >= stated)];
        if (missing.Length > 0 || surplus.Length > 0)
        {
            string lacks = missing.Length > 0 ? $"; layer {string.Join(", ", missing.Take(Shown))} is missing" : "";
            string more = surplus.Length > 0 ? $"; layer {string.Join(", ", surplus.Take(Shown))} is one too many" : "";
            context.Find(
                ValidationErrors.Layers, count.Key,
                $"'{count.Key}' is {stated}, tensors are present for {Plural.Of(present.Count, "layer")}{lacks}{more}", count.ByteOffset);
        }
    }

    private static IEnumerable<long> Range(long end)
    {
        for (long i = 0; i < end; i++)
        {
            yield return i;
        }
    }
}
