using System.Runtime.InteropServices;

namespace ModelPack.Tensors.Statistics;

/// <summary>Statistics of values decoded to float32.</summary>
internal sealed class StatisticsAccumulator : TensorAccumulator
{
    private readonly ExactSums _sums = new();
    private ValueRange _range = ValueRange.Empty;
    private long _count;

    public override void Add(PayloadReader reader)
    {
        while (reader.Decode(out ReadOnlySpan<float> values))
        {
            Add(values);
        }
    }

    /// <summary>Adds values. Chunks of some ten thousand elements are fastest.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(values);
        _count += bits.Length;
        for (; !bits.IsEmpty; bits = bits[Math.Min(ExactSums.LargestBlock, bits.Length)..])
        {
            ReadOnlySpan<uint> block = bits[..Math.Min(ExactSums.LargestBlock, bits.Length)];
            _range = _range.Merge(ValueRange.Of(block));
            _sums.Add(block);
        }
    }

    public override void Merge(TensorAccumulator other)
    {
        StatisticsAccumulator from = (StatisticsAccumulator)other;
        _count += from._count;
        _range = _range.Merge(from._range);
        _sums.Add(from._sums);
    }

    public override TensorStatistics ToStatistics()
    {
        long nonFinite = _sums.NonFinite;
        (double Mean, double Deviation)? moments = _sums.Moments(_count - nonFinite);
        return new TensorStatistics
        {
            Count = _count,
            NaN = nonFinite - _range.Infinities,
            Infinity = _range.Infinities,
            Zeros = _range.Zeros,
            Subnormals = _sums.ZerosAndSubnormals - _range.Zeros,
            Minimum = _range.Minimum,
            Maximum = _range.Maximum,
            Mean = moments?.Mean,
            StandardDeviation = moments?.Deviation,
            Magnitudes = _sums.Magnitudes(_range.Zeros),
        };
    }
}
