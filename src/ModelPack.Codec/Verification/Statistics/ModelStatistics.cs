using System.Collections.Immutable;
using ModelPack.Formats;
using ModelPack.Tensors.Statistics;
using ModelPack.Verification.Statistics;

namespace ModelPack;

/// <summary>What the values of a model look like, tensor by tensor.</summary>
public sealed record ModelStatistics
{
    /// <summary>The tensors in the order of the file.</summary>
    public required ImmutableArray<TensorSummary> Tensors { get; init; }

    /// <summary>The types, the one with most bytes first.</summary>
    public required ImmutableArray<TypeShare> Types { get; init; }

    /// <summary>XXH128 of all statistics without the tensors' names and order (docs/hash.md): equal for a model in every container that has its types.</summary>
    public required string Digest { get; init; }

    /// <summary>
    /// Reads every payload once, in chunks and on all processors, and collects statistics. They are exact: the same values give the same
    /// digits whatever the container, the chunks and the threads.
    /// </summary>
    /// <exception cref="ModelPackException">The description of a carried tensor does not fit it.</exception>
    public static ModelStatistics Compute(ModelFile file, IProgress<ConversionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        IReadOnlyList<TensorInfo> tensors = TensorDescriptions.Logical(file);
        TensorStatistics?[] statistics = new StatisticsPass(file.Source, tensors).Run(progress, cancellation);
        ImmutableArray<TensorSummary> summaries = [.. tensors.Zip(statistics, (tensor, values) => new TensorSummary(tensor, values, TensorAccumulator.WhyNone(tensor)))];
        return new() { Tensors = summaries, Types = TypeShare.Of(tensors), Digest = StatisticsDigest.Compute(summaries) };
    }
}
