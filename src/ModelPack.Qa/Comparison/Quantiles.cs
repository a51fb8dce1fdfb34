using ModelPack.Tensors;

namespace ModelPack.Qa.Comparison;

/// <summary>
/// Quantiles of a tensor by nearest rank, exact for float32 values, in two passes and half a megabyte: the bits of a float in the order of
/// the numbers are counted by their upper, then by their lower half.
/// </summary>
internal static class Quantiles
{
    private const int Halves = 1 << 16;

    /// <summary>The values at the given shares; null for a tensor without finite values.</summary>
    public static double?[] Of(ByteSource source, TensorInfo tensor, IReadOnlyList<double> shares, CancellationToken cancellation)
    {
        if (NumberReader.WhyNot(tensor) is not null)
        {
            return new double?[shares.Count];
        }

        long[] upper = new long[Halves];
        Count(source, tensor, key => upper[key >> 16]++, cancellation);
        long total = upper.Sum();
        (int Bin, long Rank)[] places = [.. shares.Select(share => Find(upper, RankOf(share, total)))];
        Dictionary<int, long[]> lower = places.Select(place => place.Bin).Distinct().ToDictionary(bin => bin, _ => new long[Halves]);
        Count(
            source, tensor, key =>
            {
                if (lower.TryGetValue((int)(key >> 16), out long[]? counts))
                {
                    counts[key & 0xFFFF]++;
                }
            },
            cancellation);
        return [
            .. places.Select(place => total == 0 ? null
                : (double?)Value(((uint)place.Bin << 16) | (uint)Find(lower[place.Bin], place.Rank).Bin))];
    }

    private static long RankOf(double share, long total) => Math.Max(1, (long)Math.Ceiling(share * total));

    private static void Count(ByteSource source, TensorInfo tensor, Action<uint> count, CancellationToken cancellation) =>
        NumberReader.Walk(
            source, tensor, values =>
            {
                foreach (double value in values)
                {
                    if (double.IsFinite(value))
                    {
                        count(Key((float)value));
                    }
                }
            },
            cancellation);

    // Negative floats count backwards in their bits.
    private static uint Key(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return (bits & 0x80000000) == 0 ? bits | 0x80000000 : ~bits;
    }

    private static float Value(uint key) => BitConverter.UInt32BitsToSingle((key & 0x80000000) != 0 ? key & 0x7FFFFFFF : ~key);

    private static (int Bin, long Rank) Find(long[] counts, long rank)
    {
        for (int i = 0; i < counts.Length; i++)
        {
            if (rank <= counts[i])
            {
                return (i, rank);
            }

            rank -= counts[i];
        }

        return (0, 0);
    }
}
