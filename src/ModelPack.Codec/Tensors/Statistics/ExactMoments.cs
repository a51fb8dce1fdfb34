using System.Numerics;

namespace ModelPack.Tensors.Statistics;

/// <summary>
/// Mean and standard deviation from exact sums. The mean is the nearest float64 (ties to even). The variance is rounded once to 53 bits,
/// without a limit to its exponent, and the deviation is the square root of that.
/// </summary>
internal static class ExactMoments
{
    private const int SmallestExponent = -1074;
    private const int MantissaExcess = 11;

    /// <param name="count">How many values.</param>
    /// <param name="sum">Their sum in units of 2^<paramref name="unitExponent"/>.</param>
    /// <param name="squares">The sum of their squares in units of the square of that.</param>
    /// <param name="unitExponent">The unit.</param>
    /// <returns>Null if there are no values.</returns>
    public static (double Mean, double Deviation)? Of(long count, BigInteger sum, BigInteger squares, int unitExponent) =>
        count == 0
        ? null
        : (Nearest(sum, count, unitExponent), Root((count * squares) - (sum * sum), (BigInteger)count * count, 2 * unitExponent));

    // (numerator / denominator) × 2^exponent as float64.
    private static double Nearest(BigInteger numerator, BigInteger denominator, int exponent)
    {
        if (numerator.IsZero)
        {
            return 0;
        }

        (ulong top, int shift) = Quotient(BigInteger.Abs(numerator), denominator);
        int place = exponent + shift;
        double magnitude = SmallestExponent - place <= MantissaExcess
            ? Math.ScaleB((double)top, place)
            : Subnormal(top, SmallestExponent - place);
        return numerator.Sign < 0 ? -magnitude : magnitude;
    }

    // The square root of (numerator / denominator) × 2^exponent: the exponent is made even and halved, so that nothing over- or underflows
    // on the way.
    private static double Root(BigInteger numerator, BigInteger denominator, int exponent)
    {
        if (numerator.IsZero)
        {
            return 0;
        }

        (ulong top, int shift) = Quotient(numerator, denominator);
        int place = exponent + shift;
        int odd = place & 1;
        return Math.ScaleB(Math.Sqrt(Math.ScaleB((double)top, odd)), (place - odd) / 2);
    }

    // A positive fraction as 64 bits × 2^shift; the lowest bit stands for everything below it, since a double keeps 53.
    private static (ulong Top, int Shift) Quotient(BigInteger numerator, BigInteger denominator)
    {
        int shift = (int)(64 + denominator.GetBitLength() - numerator.GetBitLength());
        BigInteger scaled = shift >= 0 ? numerator << shift : numerator;
        BigInteger divisor = shift >= 0 ? denominator : denominator << -shift;
        BigInteger quotient = BigInteger.DivRem(scaled, divisor, out BigInteger remainder);
        bool isLong = quotient.GetBitLength() > 64;
        bool isInexact = !remainder.IsZero || (isLong && !quotient.IsEven);
        return ((ulong)(isLong ? quotient >> 1 : quotient) | (isInexact ? 1ul : 0), (isLong ? 1 : 0) - shift);
    }

    // Rounds where float64 has fewer than 53 bits left: (double)top would round a first time, and ScaleB a second time.
    private static double Subnormal(ulong top, int drop)
    {
        UInt128 half = UInt128.One << (Math.Min(drop, 127) - 1);
        UInt128 kept = (UInt128)top >> Math.Min(drop, 127);
        UInt128 rest = top - (kept << Math.Min(drop, 127));
        bool isUp = rest > half || (rest == half && !UInt128.IsEvenInteger(kept));
        return BitConverter.UInt64BitsToDouble((ulong)kept + (isUp ? 1ul : 0));
    }
}
