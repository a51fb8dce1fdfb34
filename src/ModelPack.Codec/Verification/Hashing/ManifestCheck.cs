using System.Collections.Immutable;
using ModelPack.Tensors;

namespace ModelPack.Verification.Hashing;

/// <summary>A tensor that is not as a manifest says.</summary>
/// <param name="Name">The tensor.</param>
/// <param name="Text">One sentence with both values.</param>
internal sealed record HashMismatch(string Name, string Text);

/// <summary>Compares a model with a manifest.</summary>
internal static class ManifestCheck
{
    /// <summary>Every tensor that is missing, was added or differs; none for an equal model.</summary>
    public static ImmutableArray<HashMismatch> Compare(ModelHash expected, ModelHash actual)
    {
        ArgumentNullException.ThrowIfNull(expected);
        ArgumentNullException.ThrowIfNull(actual);
        Dictionary<string, TensorHash> found = actual.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        ImmutableArray<HashMismatch>.Builder mismatches = ImmutableArray.CreateBuilder<HashMismatch>();
        foreach (TensorHash tensor in expected.Tensors)
        {
            string? text = found.Remove(tensor.Name, out TensorHash? other)
                ? Describe(tensor, other)
                : $"tensor '{tensor.Name}' is missing";
            if (text is not null)
            {
                mismatches.Add(new(tensor.Name, text));
            }
        }

        mismatches.AddRange(actual.Tensors
            .Where(tensor => found.ContainsKey(tensor.Name))
            .Select(tensor => new HashMismatch(tensor.Name, $"tensor '{tensor.Name}' is not in the manifest")));
        return mismatches.ToImmutable();
    }

    private static string? Describe(TensorHash expected, TensorHash actual)
    {
        string tensor = $"tensor '{expected.Name}'";
        if (expected.Identity == actual.Identity)
        {
            // Only SHA-256 says so of a file that somebody else may have prepared (docs/trust.md).
            return expected.Sha256 is null || expected.Sha256 == actual.Sha256 ? null
                : $"{tensor} holds other bytes: SHA-256 {actual.Sha256 ?? "unknown"} instead of {expected.Sha256}, with the same XXH128, "
                    + $"which does not happen by accident";
        }

        if (expected.Type != actual.Type)
        {
            return $"{tensor} is {actual.Type} instead of {expected.Type}{SameValues(expected, actual)}";
        }

        return expected.Shape.SequenceEqual(actual.Shape)
            ? $"{tensor} holds other bytes: {FileHash.Format(actual.Payload)} instead of "
                + $"{FileHash.Format(expected.Payload)}{SameValues(expected, actual)}"
            : $"{tensor} has the shape {TensorShape.Format(actual.Shape.AsSpan())} instead of {TensorShape.Format(expected.Shape.AsSpan())}";
    }

    private static string SameValues(TensorHash expected, TensorHash actual) =>
        expected.Values is not null && expected.Values == actual.Values && expected.Shape.SequenceEqual(actual.Shape)
        ? "; its decoded values are the same"
        : "";
}
