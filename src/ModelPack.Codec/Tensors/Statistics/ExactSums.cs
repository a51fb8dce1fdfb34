using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Tensors.Statistics;

/// <summary>Exact sums of float32 values and of their squares: one integer an exponent, so the order of adding cannot matter.</summary>
internal sealed class ExactSums
{
    /// <summary>Values in a block: at most 2^15 squares below 2^48 fit in 64 bits.</summary>
    public const int LargestBlock = 1 << 15;

    private const int Exponents = 256;
    private const int Bias = 127;
    private const int SmallestExponent = -149;
    private const int NonFiniteExponent = 255;
    private const int CountShift = 48;
    private const int Tables = 4;
    private const int TablePlaces = 2 * Exponents;

    private readonly Int128[] laneSums = new Int128[Exponents];
    private readonly UInt128[] laneSquares = new UInt128[Exponents];
    private readonly long[] laneCounts = new long[Exponents];

    // Four tables taken in turn, so that equal exponents in a row do not wait for each other. Index: table, sign and exponent. The first
    // number of a place counts values in its upper 16 bits and sums mantissas below; the second sums squares.
    private readonly Vector128<ulong>[] laneBlock = new Vector128<ulong>[Tables * TablePlaces];

    public long NonFinite => laneCounts[NonFiniteExponent];

    public long ZerosAndSubnormals => laneCounts[0];

    public void Add(ReadOnlySpan<uint> block)
    {
        Scatter(block, laneBlock);
        for (int place = 0; place < laneBlock.Length; place++)
        {
            if (laneBlock[place] == Vector128<ulong>.Zero)
            {
                continue;
            }

            int exponent = place % Exponents;
            ulong sum = laneBlock[place].GetElement(0);
            long mantissas = (long)(sum & ((1ul << CountShift) - 1));
            laneCounts[exponent] += (long)(sum >> CountShift);
            laneSums[exponent] += place % TablePlaces < Exponents ? mantissas : -mantissas;
            laneSquares[exponent] += laneBlock[place].GetElement(1);
        }

        Array.Clear(laneBlock);
    }

    public void Add(ExactSums other)
    {
        for (int exponent = 0; exponent < Exponents; exponent++)
        {
            laneSums[exponent] += other.laneSums[exponent];
            laneSquares[exponent] += other.laneSquares[exponent];
            laneCounts[exponent] += other.laneCounts[exponent];
        }
    }

    /// <summary>Mean and standard deviation of the finite values; null if there are none.</summary>
    public (double Mean, double Deviation)? Moments(long finite)
    {
        // In units of the smallest subnormal, 2^-149, and of its square.
        BigInteger sum = 0;
        BigInteger squares = 0;
        for (int exponent = 0; exponent < NonFiniteExponent; exponent++)
        {
            int shift = Math.Max(exponent, 1) - 1;
            sum += (BigInteger)laneSums[exponent] << shift;
            squares += (BigInteger)laneSquares[exponent] << (2 * shift);
        }

        return ExactMoments.Of(finite, sum, squares, SmallestExponent);
    }

    /// <summary>The bins of <see cref="TensorStatistics.Magnitudes"/>.</summary>
    public ImmutableArray<long> Magnitudes(long zeros)
    {
        var bins = new long[MagnitudeBins.Count];
        for (int exponent = 0; exponent < NonFiniteExponent; exponent++)
        {
            bins[MagnitudeBins.Of(exponent - Bias)] += laneCounts[exponent];
        }

        bins[0] -= zeros;
        return ImmutableArray.Create(bins);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(ReadOnlySpan<uint> block, Vector128<ulong>[] places)
    {
        for (int i = 0; i < block.Length; i++)
        {
            uint bits = block[i];
            ulong mantissa = (bits & 0x007F_FFFF) | ((bits & 0x7F80_0000) == 0 ? 0u : 0x0080_0000);
            int place = (int)(bits >> 23) + ((i & (Tables - 1)) * TablePlaces);
            places[place] += Vector128.Create((1ul << CountShift) + mantissa, mantissa * mantissa);
        }
    }
}
