using System.Numerics;

namespace ModelPack.Tensors.Statistics;

/// <summary>Statistics of whole numbers. The sum of 2^63 numbers of 64 bits fits in 127 bits; squares are summed in three parts that fit as
/// well.</summary>
internal sealed class IntegerAccumulator(IntegerFormat format) : TensorAccumulator
{
    private const int HalfBits = 32;

    private readonly long[] magnitudes = new long[MagnitudeBins.Count];
    private long count;
    private long zeros;
    private Int128 lowest = Int128.MaxValue;
    private Int128 highest = Int128.MinValue;
    private Int128 sum;

    // A magnitude is high × 2^32 + low, its square high² × 2^64 + high × low × 2^33 + low².
    private UInt128 highSquares;
    private UInt128 products;
    private UInt128 lowSquares;

    public override void Add(PayloadReader reader) => Add(reader.ToLittleEndian());

    /// <summary>Adds little-endian numbers.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        for (; !bytes.IsEmpty; bytes = bytes[format.Bytes..])
        {
            Int128 value = format.Read(bytes);
            count++;
            lowest = Int128.Min(lowest, value);
            highest = Int128.Max(highest, value);
            if (value == 0)
            {
                zeros++;
                continue;
            }

            ulong magnitude = (ulong)Int128.Abs(value);
            magnitudes[MagnitudeBins.Of(BitOperations.Log2(magnitude))]++;
            sum += value;
            ulong high = magnitude >> HalfBits;
            ulong low = (uint)magnitude;
            highSquares += high * high;
            products += high * low;
            lowSquares += low * low;
        }
    }

    public override void Merge(TensorAccumulator other)
    {
        IntegerAccumulator from = (IntegerAccumulator)other;
        count += from.count;
        zeros += from.zeros;
        lowest = Int128.Min(lowest, from.lowest);
        highest = Int128.Max(highest, from.highest);
        sum += from.sum;
        highSquares += from.highSquares;
        products += from.products;
        lowSquares += from.lowSquares;
        MagnitudeBins.Add(magnitudes, from.magnitudes);
    }

    public override TensorStatistics ToStatistics()
    {
        BigInteger squares = ((BigInteger)highSquares << (2 * HalfBits)) + ((BigInteger)products << (HalfBits + 1)) + lowSquares;
        (double Mean, double Deviation)? moments = ExactMoments.Of(count, sum, squares, unitExponent: 0);
        return new()
        {
            Count = count,
            NaN = 0,
            Infinity = 0,
            Zeros = zeros,
            Subnormals = 0,
            Minimum = count == 0 ? null : (double)lowest,
            Maximum = count == 0 ? null : (double)highest,
            WholeMinimum = count == 0 ? null : lowest,
            WholeMaximum = count == 0 ? null : highest,
            Mean = moments?.Mean,
            StandardDeviation = moments?.Deviation,
            Magnitudes = [.. magnitudes],
        };
    }
}
