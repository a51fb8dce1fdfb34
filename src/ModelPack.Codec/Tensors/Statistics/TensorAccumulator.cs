namespace ModelPack.Tensors.Statistics;

/// <summary>
/// Collects <see cref="TensorStatistics"/> of one tensor, chunk by chunk. Accumulators of different chunks may be merged in any order:
/// integers only, nothing is rounded before the end. Not thread-safe; use one a thread.
/// </summary>
internal abstract class TensorAccumulator
{
    /// <summary>Why the values of a tensor are no numbers that can be told; null if they are.</summary>
    public static string? WhyNone(TensorInfo tensor) =>
        tensor.Type == TensorType.F64 || IntegerFormat.Find(tensor.Type) is not null ? null : PayloadReader.WhyNotDecoded(tensor);

    /// <summary>An accumulator for the tensors of a type.</summary>
    public static TensorAccumulator For(TensorType type) =>
        type == TensorType.F64 ? new DoubleAccumulator()
        : IntegerFormat.Find(type) is { } format ? new IntegerAccumulator(format)
        : new StatisticsAccumulator();

    /// <summary>Adds the values of the chunk that was just read.</summary>
    public abstract void Add(PayloadReader reader);

    /// <summary>Adds what another accumulator of the same kind collected.</summary>
    public abstract void Merge(TensorAccumulator other);

    /// <summary>Rounds the sums.</summary>
    public abstract TensorStatistics ToStatistics();
}
