using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace ModelPack.Codec.Tensors.Statistics;

/// <summary>Exact sums of float32 values and of their squares: one integer an exponent, so the order of adding cannot matter.</summary>
internal sealed class ExactSums
{
    /// <summary>Values in a block: at most 2^15 squares below 2^48 fit in 64 bits.</summary>
    public const int LargestBlock = 1 << 15;

    private const int Exponents = 256;
    private const int NonFiniteExponent = 255;
    private const int CountShift = 48;

    private readonly Int128[] _sums = new Int128[Exponents];
    private readonly UInt128[] _squares = new UInt128[Exponents];
    private readonly long[] _counts = new long[Exponents];

    // One table for values at even and one for values at odd places, so that equal exponents in a row do not wait for each other.
    // Index: sign and exponent. A place counts values in its upper 16 bits and sums mantissas below.
    private readonly ulong[] _block = new ulong[2 * 2 * Exponents];
    private readonly ulong[] _blockSquares = new ulong[2 * 2 * Exponents];

    public long NonFinite => _counts[NonFiniteExponent];

    public long ZerosAndSubnormals => _counts[0];

    public void Add(ReadOnlySpan<uint> block)
    {
        Scatter(block, _block, _blockSquares);
        for (int exponent = 0; exponent < Exponents; exponent++)
        {
            for (int table = 0; table < 2 * 2 * Exponents; table += 2 * Exponents)
            {
                ulong positive = _block[table + exponent];
                ulong negative = _block[table + Exponents + exponent];
                _counts[exponent] += (long)(positive >> CountShift) + (long)(negative >> CountShift);
                _sums[exponent] += (long)Mantissas(positive) - (long)Mantissas(negative);
                _squares[exponent] += (UInt128)_blockSquares[table + exponent] + _blockSquares[table + Exponents + exponent];
            }
        }

        Array.Clear(_block);
        Array.Clear(_blockSquares);
    }

    public void Add(ExactSums other)
    {
        for (int exponent = 0; exponent < Exponents; exponent++)
        {
            _sums[exponent] += other._sums[exponent];
            _squares[exponent] += other._squares[exponent];
            _counts[exponent] += other._counts[exponent];
        }
    }

    /// <summary>Mean and standard deviation of the finite values; null if there are none.</summary>
    public (double Mean, double Deviation)? Moments(long finite)
    {
        if (finite == 0)
        {
            return null;
        }

        // In units of the smallest subnormal, 2^-149, and of its square.
        BigInteger sum = 0;
        BigInteger squares = 0;
        for (int exponent = 0; exponent < NonFiniteExponent; exponent++)
        {
            int shift = Math.Max(exponent, 1) - 1;
            sum += (BigInteger)_sums[exponent] << shift;
            squares += (BigInteger)_squares[exponent] << (2 * shift);
        }

        double variance = Divide((finite * squares) - (sum * sum), (BigInteger)finite * finite, -298);
        return (Divide(sum, finite, -149), Math.Sqrt(variance));
    }

    /// <summary>The bins of <see cref="TensorStatistics.Magnitudes"/>.</summary>
    public ImmutableArray<long> Magnitudes(long zeros)
    {
        var bins = new long[64];
        for (int exponent = 0; exponent < NonFiniteExponent; exponent++)
        {
            bins[Math.Clamp(exponent - 127 + 48, 0, 63)] += _counts[exponent];
        }

        bins[0] -= zeros;
        return ImmutableArray.Create(bins);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scatter(ReadOnlySpan<uint> block, Span<ulong> sums, Span<ulong> squares)
    {
        for (int i = 0; i < block.Length; i++)
        {
            uint bits = block[i];
            uint exponent = (bits >> 23) & 255;
            ulong mantissa = (bits & 0x007F_FFFF) | (exponent == 0 ? 0u : 0x0080_0000);
            int place = (int)(bits >> 23) + ((i & 1) * 2 * Exponents);
            sums[place] += (1ul << CountShift) + mantissa;
            squares[place] += mantissa * mantissa;
        }
    }

    private static ulong Mantissas(ulong place) => place & ((1ul << CountShift) - 1);

    // (numerator / denominator) × 2^exponent, rounded to nearest even.
    private static double Divide(BigInteger numerator, BigInteger denominator, int exponent)
    {
        if (numerator.IsZero)
        {
            return 0;
        }

        int shift = (int)(64 + denominator.GetBitLength() - BigInteger.Abs(numerator).GetBitLength());
        BigInteger scaled = shift >= 0 ? BigInteger.Abs(numerator) << shift : BigInteger.Abs(numerator);
        BigInteger divisor = shift >= 0 ? denominator : denominator << -shift;
        BigInteger quotient = BigInteger.DivRem(scaled, divisor, out BigInteger remainder);

        // 64 or 65 bits: the lowest may stand for everything below it, since a double keeps 53.
        bool isLong = quotient.GetBitLength() > 64;
        bool isInexact = !remainder.IsZero || (isLong && !quotient.IsEven);
        ulong top = (ulong)(isLong ? quotient >> 1 : quotient) | (isInexact ? 1ul : 0);
        double magnitude = Math.ScaleB((double)top, exponent - shift + (isLong ? 1 : 0));
        return numerator.Sign < 0 ? -magnitude : magnitude;
    }
}
