using System.Collections.Immutable;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.Tensors.Statistics;
using ModelPack.Verification.Statistics;

namespace ModelPack;

/// <summary>What the values of a model look like, tensor by tensor.</summary>
public sealed class ModelStatistics
{
    internal ModelStatistics()
    {
    }

    /// <summary>The tensors in the order of the file.</summary>
    public ImmutableArray<TensorSummary> Tensors { get; internal init; }

    /// <summary>The types, the one with most bytes first.</summary>
    internal ImmutableArray<TypeShare> Types { get; init; }

    /// <summary>XXH128 of all statistics without the tensors' names and order (docs/hash.md): equal for a model in every container that has
    /// its types.</summary>
    public string Digest { get; internal init; } = null!;

    /// <summary>
    /// Reads every payload once, in chunks and on all processors, and collects statistics. They are exact: the same values give the same
    /// digits whatever the container, the chunks and the threads.
    /// </summary>
    /// <exception cref="ModelPackException">The description of a carried tensor does not fit it.</exception>
    internal static ModelStatistics Compute(
        ModelFile file, IProgress<ConversionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        IReadOnlyList<TensorInfo> tensors = TensorDescriptions.Logical(file);
        TensorStatistics?[] statistics = new StatisticsPass(file.Source, tensors).Run(progress, cancellation);
        ImmutableArray<TensorSummary> summaries = [
            .. tensors.Zip(statistics, (tensor, values) => new TensorSummary(tensor, values, TensorAccumulator.WhyNone(tensor)))];
        return new() { Tensors = summaries, Types = TypeShare.Of(tensors), Digest = StatisticsDigest.Compute(summaries) };
    }

    /// <summary>Reads every payload of an opened model once, in chunks and on all processors, and collects statistics.</summary>
    /// <param name="model">The model.</param>
    /// <exception cref="ModelPackException">The description of a carried tensor does not fit it.</exception>
    /// <example>
    /// <code>
    /// using Model model = Model.Open("qwen.gguf");
    /// foreach (TensorSummary summary in ModelStatistics.Compute(model).Tensors)
    /// {
    ///     Console.WriteLine($"{summary.Name}: {summary.Statistics?.Mean} ± {summary.Statistics?.StandardDeviation}");
    /// }
    /// </code>
    /// </example>
    public static ModelStatistics Compute(Model model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Compute(model.File, null, CancellationToken.None);
    }

    /// <summary>Reads every payload of the model at a path once, in chunks and on all processors, and collects statistics.</summary>
    /// <param name="path">The model.</param>
    /// <param name="scope">Whether the path stands for the model, or for the file alone.</param>
    /// <param name="progress">Hears how far the work is.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelFormatException">The file is of no known format, or breaks a rule of its format.</exception>
    /// <exception cref="ModelPackException">The description of a carried tensor does not fit it.</exception>
    /// <exception cref="IOException">The file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    /// <example>
    /// <code>
    /// Console.WriteLine(ModelStatistics.Compute("qwen.gguf").Digest);
    /// </code>
    /// </example>
    public static ModelStatistics Compute(
        string path, PathScope scope = PathScope.Model, IProgress<ConversionProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        using Model model = Model.Open(path, scope);
        return Compute(model.File, progress, cancellation);
    }

    /// <summary>Reads one tensor, or some rows of it, and collects statistics.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <example>
    /// <code>
    /// using Model model = Model.Open("qwen.gguf");
    /// TensorStatistics? values = ModelStatistics.Compute(model.Tensors["token_embd.weight"].Slice(0, 100)).Statistics;
    /// Console.WriteLine($"{values?.Minimum} to {values?.Maximum}");
    /// </code>
    /// </example>
    public static TensorSummary Compute(Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        (ByteSource source, TensorInfo info) = tensor.Stored;
        return new(info, new StatisticsPass(source, [info]).Run(null, CancellationToken.None)[0], TensorAccumulator.WhyNone(info));
    }

    /// <summary>Statistics of an opened model, collected on a thread of the pool.</summary>
    /// <param name="model">The model; it has to stay open until the work is done.</param>
    /// <param name="progress">Hears how far the work is.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelPackException">The description of a carried tensor does not fit it.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static Task<ModelStatistics> ComputeAsync(
        Model model, IProgress<ConversionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ModelFile file = model.File;
        return Task.Run(() => Compute(file, progress, cancellation), cancellation);
    }

    /// <summary>For people: how many tensors there are, and the digest.</summary>
    public override string ToString() => $"{Plural.Of(Tensors.Length, "tensor")}, digest {Digest}";
}
