using System.Runtime.InteropServices;

namespace ModelPack.Tensors.Statistics;

/// <summary>Statistics of values decoded to float32.</summary>
internal sealed class StatisticsAccumulator : TensorAccumulator
{
    private readonly ExactSums exactSums = new();
    private ValueRange valueRange = ValueRange.Empty;
    private long valueCount;

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
        valueCount += bits.Length;
        for (; !bits.IsEmpty; bits = bits[Math.Min(ExactSums.LargestBlock, bits.Length)..])
        {
            ReadOnlySpan<uint> block = bits[..Math.Min(ExactSums.LargestBlock, bits.Length)];
            valueRange = valueRange.Merge(ValueRange.Of(block));
            exactSums.Add(block);
        }
    }

    public override void Merge(TensorAccumulator other)
    {
        StatisticsAccumulator from = (StatisticsAccumulator)other;
        valueCount += from.valueCount;
        valueRange = valueRange.Merge(from.valueRange);
        exactSums.Add(from.exactSums);
    }

    public override TensorStatistics ToStatistics()
    {
        long nonFinite = exactSums.NonFinite;
        (double Mean, double Deviation)? moments = exactSums.Moments(valueCount - nonFinite);
        return new TensorStatistics
        {
            Count = valueCount,
            NaN = nonFinite - valueRange.Infinities,
            Infinity = valueRange.Infinities,
            Zeros = valueRange.Zeros,
            Subnormals = exactSums.ZerosAndSubnormals - valueRange.Zeros,
            Minimum = valueRange.Minimum,
            Maximum = valueRange.Maximum,
            Mean = moments?.Mean,
            StandardDeviation = moments?.Deviation,
            Magnitudes = exactSums.Magnitudes(valueRange.Zeros),
        };
    }
}
