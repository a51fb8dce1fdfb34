using System.Numerics;
using System.Runtime.InteropServices;

namespace ModelPack.Tensors.Statistics;

/// <summary>Statistics of whole numbers. The sum of 2^63 numbers of 64 bits fits in 127 bits.</summary>
internal sealed class IntegerAccumulator(IntegerFormat format) : TensorAccumulator
{
    private readonly long[] magnitudes = new long[MagnitudeBins.Count];
    private long count;
    private long zeros;
    private Int128 lowest = Int128.MaxValue;
    private Int128 highest = Int128.MinValue;
    private Int128 sum;
    private BigInteger squares;

    public override void Add(PayloadReader reader) => Add(reader.ToLittleEndian());

    /// <summary>Adds little-endian numbers, at most 2^30 at once.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (!BitConverter.IsLittleEndian)
        {
            AddScalar(bytes);
            return;
        }

        switch (format.Bytes, format.IsSigned)
        {
            case (1, _):
                AddBytes(bytes);
                break;
            case (2, true):
                AddSums(IntegerSums.Of(MemoryMarshal.Cast<byte, short>(bytes)));
                break;
            case (2, false):
                AddSums(IntegerSums.Of(MemoryMarshal.Cast<byte, ushort>(bytes)));
                break;
            case (4, true):
                AddSums(IntegerSums.Of(MemoryMarshal.Cast<byte, int>(bytes)));
                break;
            case (4, false):
                AddSums(IntegerSums.Of(MemoryMarshal.Cast<byte, uint>(bytes)));
                break;
            case (8, true):
                AddSums(IntegerSums.Of(MemoryMarshal.Cast<byte, long>(bytes)));
                break;
            default:
                AddSums(IntegerSums.Of(MemoryMarshal.Cast<byte, ulong>(bytes)));
                break;
        }
    }

    /// <summary>The twin of <see cref="Add(ReadOnlySpan{byte})"/>, number by number.</summary>
    public void AddScalar(ReadOnlySpan<byte> bytes)
    {
        for (; !bytes.IsEmpty; bytes = bytes[format.Bytes..])
        {
            Add(format.Read(bytes), 1);
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
        squares += from.squares;
        MagnitudeBins.Add(magnitudes, from.magnitudes);
    }

    public override TensorStatistics ToStatistics()
    {
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

    // There are 256 bytes: how often each occurs says everything.
    private void AddBytes(ReadOnlySpan<byte> bytes)
    {
        Span<int> times = stackalloc int[ByteCounts.Count];
        ByteCounts.Of(bytes, times);
        for (int value = 0; value < times.Length; value++)
        {
            if (times[value] > 0)
            {
                Add(format.IsSigned ? (sbyte)value : value, times[value]);
            }
        }
    }

    private void Add(Int128 value, int times)
    {
        count += times;
        lowest = Int128.Min(lowest, value);
        highest = Int128.Max(highest, value);
        if (value == 0)
        {
            zeros += times;
            return;
        }

        ulong magnitude = (ulong)Int128.Abs(value);
        magnitudes[MagnitudeBins.Of(BitOperations.Log2(magnitude))] += times;
        sum += value * times;
        squares += (BigInteger)magnitude * magnitude * times;
    }

    private void AddSums(in IntegerSums sums)
    {
        count += sums.Count;
        zeros += sums.OfLength(0);
        lowest = Int128.Min(lowest, sums.Lowest);
        highest = Int128.Max(highest, sums.Highest);
        sum += sums.Sum;
        squares += sums.Squares;
        for (int bits = 1; bits <= IntegerSums.LongestNumber; bits++)
        {
            magnitudes[MagnitudeBins.Of(bits - 1)] += sums.OfLength(bits);
        }
    }
}
