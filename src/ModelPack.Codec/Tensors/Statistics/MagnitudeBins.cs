namespace ModelPack.Tensors.Statistics;

/// <summary>The bins of <see cref="TensorStatistics.Magnitudes"/>.</summary>
internal static class MagnitudeBins
{
    public const int Count = 64;

    private const int ExponentOfFirst = -48;

    /// <summary>The bin of magnitudes from 2^<paramref name="exponent"/> to below twice that.</summary>
    public static int Of(int exponent) => Math.Clamp(exponent - ExponentOfFirst, 0, Count - 1);

    public static void Add(long[] bins, long[] others)
    {
        for (int bin = 0; bin < Count; bin++)
        {
            bins[bin] += others[bin];
        }
    }
}
