using System.Buffers.Binary;
using System.Globalization;

namespace ModelPack.Tensors.Payloads;

/// <summary>
/// The functions, computed in double precision by sums and products alone and rounded once: exp and log of a machine's own library differ
/// in the last bit from one system to another, and an output must not.
/// </summary>
internal static class NumberFunctions
{
    // ln 2 in two parts, the first with enough zeros at its end that its product with an exponent is exact.
    private const double Ln2High = 0.693147180369123816490;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double SquareRootOfHalf = 0.70710678118654752440;
    private const int ExponentialTerms = 16;
    private const int LogarithmTerms = 14;

    // Beyond these the result is zero or infinite in single precision.
    private const double LargestExponent = 89;
    private const double SmallestExponent = -104;

    /// <summary>Applies a function to F32 numbers. What is not finite stays as it is in NaN's case, and becomes the limit
    /// otherwise.</summary>
    /// <exception cref="ModelPackException">A finite number has no finite result: a conversion introduces neither NaN nor
    /// infinity.</exception>
    public static void Apply(NumberFunction function, ReadOnlySpan<byte> numbers, Span<byte> destination)
    {
        for (int i = 0; i < numbers.Length; i += sizeof(float))
        {
            float number = BinaryPrimitives.ReadSingleLittleEndian(numbers[i..]);
            float made = function switch
            {
                NumberFunction.NegativeExponential => -(float)Exponential(number),
                NumberFunction.LogarithmOfNegative => (float)Logarithm(-number),
                NumberFunction.ExponentOfNegative => ExponentOfNegative(number),
                _ => 1 / number,
            };
            if (float.IsFinite(number) && !float.IsFinite(made))
            {
                string name = function switch
                {
                    NumberFunction.NegativeExponential => "-exp(x)",
                    NumberFunction.LogarithmOfNegative or NumberFunction.ExponentOfNegative => "log(-x)",
                    _ => "1/x",
                };
                throw new ModelPackException(
                    PayloadErrors.NotExpressible,
                    string.Create(
                        CultureInfo.InvariantCulture, $"{name} is not finite for the number {number:R}; verbatim names keep it as it is"));
            }

            BinaryPrimitives.WriteSingleLittleEndian(destination[i..], float.IsNaN(number) ? number : made);
        }
    }

    /// <summary>log(−x), or the BF16 nearest to it where the exponential of that is −x. The exponential of other programs is one unit of
    /// the last place off in one of a hundred numbers.</summary>
    private static float ExponentOfNegative(float number)
    {
        float logarithm = (float)Logarithm(-number);
        if (!float.IsFinite(logarithm))
        {
            return logarithm;
        }

        float half = BitConverter.UInt32BitsToSingle((uint)NumberCodes.NarrowToBrain(BitConverter.SingleToUInt32Bits(logarithm)) << 16);
        float made = -(float)Exponential(half);
        return Math.Abs((long)BitConverter.SingleToInt32Bits(made) - BitConverter.SingleToInt32Bits(number)) <= 1 ? half : logarithm;
    }

    /// <summary>exp(x) by x = k·ln 2 + r with |r| ≤ ln 2 / 2, and the Taylor series of exp(r).</summary>
    public static double Exponential(double x)
    {
        if (double.IsNaN(x) || x > LargestExponent || x < SmallestExponent)
        {
            return double.IsNaN(x) ? x : x > 0 ? double.PositiveInfinity : 0;
        }

        double k = Math.Round(x / (Ln2High + Ln2Low));
        double r = (x - (k * Ln2High)) - (k * Ln2Low);
        double sum = 1;
        for (int term = ExponentialTerms; term > 0; term--)
        {
            sum = 1 + (sum * r / term);
        }

        return Math.ScaleB(sum, (int)k);
    }

    /// <summary>log(x) by x = 2^k·m with m near 1, and log m = 2·artanh((m − 1) / (m + 1)).</summary>
    public static double Logarithm(double x)
    {
        if (!(x > 0) || double.IsInfinity(x))
        {
            return x == 0 ? double.NegativeInfinity : x > 0 ? x : double.NaN;
        }

        int k = Math.ILogB(x) + 1;
        double m = Math.ScaleB(x, -k);
        if (m < SquareRootOfHalf)
        {
            m *= 2;
            k--;
        }

        double s = (m - 1) / (m + 1);
        double square = s * s;
        double sum = 0;
        for (int term = LogarithmTerms; term >= 0; term--)
        {
            sum = (sum * square) + (1.0 / ((2 * term) + 1));
        }

        return (k * Ln2High) + ((k * Ln2Low) + (2 * s * sum));
    }
}
