using System.Buffers.Binary;
using System.Numerics;

namespace ModelPack.Tensors.Statistics;

/// <summary>Statistics of float64 values. Mantissas and their squares are summed exactly, one integer an exponent.</summary>
internal sealed class DoubleAccumulator : TensorAccumulator
{
    private const int Exponents = 2047;
    private const int MantissaBits = 52;
    private const int Bias = 1023;
    private const int SmallestExponent = -1074;
    private const ulong Mantissa = (1ul << MantissaBits) - 1;

    private readonly Int128[] sums = new Int128[Exponents];

    // A square has 106 bits, so four million of them may overflow.
    private readonly UInt128[] squares = new UInt128[Exponents];
    private readonly ulong[] carries = new ulong[Exponents];
    private readonly long[] magnitudes = new long[MagnitudeBins.Count];
    private long count;
    private long nan;
    private long infinities;
    private long zeros;
    private long subnormals;
    private long lowest = long.MaxValue;
    private long highest = long.MinValue;

    public override void Add(PayloadReader reader) => Add(reader.ToLittleEndian());

    /// <summary>Adds little-endian numbers.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        for (; !bytes.IsEmpty; bytes = bytes[sizeof(double)..])
        {
            Add(BinaryPrimitives.ReadInt64LittleEndian(bytes));
        }
    }

    public override void Merge(TensorAccumulator other)
    {
        DoubleAccumulator from = (DoubleAccumulator)other;
        for (int exponent = 0; exponent < Exponents; exponent++)
        {
            sums[exponent] += from.sums[exponent];
            AddSquare(exponent, from.squares[exponent]);
            carries[exponent] += from.carries[exponent];
        }

        MagnitudeBins.Add(magnitudes, from.magnitudes);
        count += from.count;
        nan += from.nan;
        infinities += from.infinities;
        zeros += from.zeros;
        subnormals += from.subnormals;
        lowest = Math.Min(lowest, from.lowest);
        highest = Math.Max(highest, from.highest);
    }

    public override TensorStatistics ToStatistics()
    {
        // In units of the smallest subnormal, and of its square.
        BigInteger sum = 0;
        BigInteger sumOfSquares = 0;
        for (int exponent = 0; exponent < Exponents; exponent++)
        {
            int shift = Math.Max(exponent, 1) - 1;
            sum += (BigInteger)sums[exponent] << shift;
            sumOfSquares += (((BigInteger)carries[exponent] << 128) + squares[exponent]) << (2 * shift);
        }

        long finite = count - nan - infinities;
        (double Mean, double Deviation)? moments = ExactMoments.Of(finite, sum, sumOfSquares, SmallestExponent);
        return new()
        {
            Count = count,
            NaN = nan,
            Infinity = infinities,
            Zeros = zeros,
            Subnormals = subnormals,
            Minimum = finite == 0 ? null : FromKey(lowest),
            Maximum = finite == 0 ? null : FromKey(highest),
            Mean = moments?.Mean,
            StandardDeviation = moments?.Deviation,
            Magnitudes = [.. magnitudes],
        };
    }

    private void Add(long bits)
    {
        count++;
        int exponent = (int)(bits >> MantissaBits) & Exponents;
        ulong mantissa = (ulong)bits & Mantissa;
        if (exponent == Exponents)
        {
            nan += mantissa == 0 ? 0 : 1;
            infinities += mantissa == 0 ? 1 : 0;
            return;
        }

        long key = ToKey(bits);
        lowest = Math.Min(lowest, key);
        highest = Math.Max(highest, key);
        if (exponent > 0)
        {
            mantissa |= 1ul << MantissaBits;
        }
        else if (mantissa == 0)
        {
            zeros++;
            return;
        }
        else
        {
            subnormals++;
        }

        magnitudes[MagnitudeBins.Of(exponent - Bias)]++;
        sums[exponent] += bits < 0 ? -(Int128)mantissa : mantissa;
        AddSquare(exponent, (UInt128)mantissa * mantissa);
    }

    private void AddSquare(int exponent, UInt128 square)
    {
        squares[exponent] += square;
        carries[exponent] += squares[exponent] < square ? 1ul : 0;
    }

    // Bits turned so that integer order is number order, -0 below +0.
    private static long ToKey(long bits) => bits ^ ((bits >> 63) & long.MaxValue);

    private static double FromKey(long key) => BitConverter.Int64BitsToDouble(ToKey(key));
}
