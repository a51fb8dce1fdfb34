using System.Runtime.InteropServices;
using ModelPack.Codec.Tensors.Statistics;

namespace ModelPack.Codec.Tensors;

/// <summary>
/// Collects <see cref="TensorStatistics"/> over chunks of decoded values. Accumulators of different chunks may be merged in any order:
/// integers only, nothing is rounded before the end. Not thread-safe; use one a thread.
/// </summary>
internal sealed class StatisticsAccumulator
{
    private readonly ExactSums _sums = new();
    private ValueRange _range = ValueRange.Empty;
    private long _count;

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

    /// <summary>Adds what another accumulator collected.</summary>
    public void Merge(StatisticsAccumulator other)
    {
        _count += other._count;
        _range = _range.Merge(other._range);
        _sums.Add(other._sums);
    }

    /// <summary>Forgets everything, to be used again.</summary>
    public void Clear()
    {
        _count = 0;
        _range = ValueRange.Empty;
        _sums.Clear();
    }

    /// <summary>Rounds the sums.</summary>
    public TensorStatistics ToStatistics()
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
