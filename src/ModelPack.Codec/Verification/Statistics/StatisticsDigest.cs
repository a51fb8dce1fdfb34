using ModelPack.Verification.Hashing;

namespace ModelPack.Verification.Statistics;

/// <summary>One hash of all statistics of a model; docs/hash.md has the serialisation.</summary>
internal static class StatisticsDigest
{
    public static string Compute(IReadOnlyList<TensorSummary> tensors)
    {
        UInt128[] hashes = [.. tensors.Select(Hash)];
        Array.Sort(hashes);
        FieldHash whole = new();
        whole.Number(hashes.Length);
        foreach (UInt128 hash in hashes)
        {
            whole.Hash(hash);
        }

        return FileHash.Format(whole.Result);
    }

    private static UInt128 Hash(TensorSummary tensor)
    {
        FieldHash hash = new();
        hash.Shape(tensor.Tensor.Shape.AsSpan());
        if (tensor.Statistics is { } values)
        {
            hash.Number(values.Count);
            hash.Number(values.NaN);
            hash.Number(values.Infinity);
            hash.Number(values.Zeros);
            hash.Number(values.Subnormals);
            hash.Number(values.WholeMinimum is { } lowest ? Bits(lowest) : Bits(values.Minimum));
            hash.Number(values.WholeMaximum is { } highest ? Bits(highest) : Bits(values.Maximum));
            hash.Number(Bits(values.Mean));
            hash.Number(Bits(values.StandardDeviation));
            foreach (long bin in values.Magnitudes)
            {
                hash.Number(bin);
            }
        }

        return hash.Result;
    }

    private static long Bits(Int128 whole) => unchecked((long)whole);

    // A missing value is all ones, which is a NaN and so no value that can occur.
    private static long Bits(double? value) => value is double number ? BitConverter.DoubleToInt64Bits(number) : -1;
}
