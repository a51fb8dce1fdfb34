using System.Collections.Immutable;
using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.Models;
using ModelPack.Verification;
using ModelPack.Verification.Comparison;

namespace ModelPack;

/// <summary>What is different between two models, for people: tensor by tensor, then key by key. It is no proof;
/// <see cref="ModelVerifier"/> gives that.</summary>
public sealed class ModelDiff : ComparisonReport
{
    internal ModelDiff(int tensorsCompared, int metadataCompared, ImmutableArray<Difference> differences, ImmutableArray<string> notes)
        : base(tensorsCompared, differences, notes) => MetadataCompared = metadataCompared;

    /// <summary>Metadata keys of the first model; 0 if they could not be compared.</summary>
    internal int MetadataCompared { get; }

    /// <summary>
    /// Compares two models of any formats. Models of one format that were made from one file are compared by it
    /// (<see cref="ModelVerifier"/>). Models of different formats are compared in the words of the files that they were converted from, if
    /// these are of one format; else tensors as a conversion to GGUF puts them, if one model is GGUF, or by translated names, and metadata
    /// cannot be compared.
    /// </summary>
    /// <exception cref="ModelPackException">The description of a carried tensor does not fit it.</exception>
    internal static ModelDiff Compare(
        ModelFile first, ModelFile second, IProgress<ConversionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (CommonSource(first, second, progress, cancellation) is { } common)
        {
            return new(
                common.TensorsCompared, common.MetadataCompared, common.Differences,
                [.. ModelFile.PathsOf(first, second), .. common.Notes]);
        }

        ModelPair pair = new(first, second, cancellation);
        (WordedModel own, WordedModel other) = (pair.First, pair.Second);
        (TensorSet left, TensorSet right) = (pair.FirstTensors, pair.SecondTensors);
        long total = left.Tensors.Sum(tensor => tensor.ByteLength);
        List<Difference> differences = new TensorComparison(left, right, TensorEquality.Meaning, pair.OffsetsIn, cancellation).Compare(
            pair.Translate, progress is null ? null : done => progress.Report(new(ConversionPhase.Proving, done, total)));
        if (own.Format != other.Format || !pair.Notes.IsEmpty)
        {
            return Report(
                differences, 0,
                "no file of one format stands behind both models: their metadata speak different words and were not compared");
        }

        if (differences.Count == 0 && TensorComparison.CompareOrder(left, right) is { } order)
        {
            differences.Add(order);
        }

        differences.AddRange(MetadataComparison.Compare(LittleEndian(own.Metadata), LittleEndian(other.Metadata)));
        return Report(differences, own.Metadata.Count);

        ModelDiff Report(List<Difference> found, int metadata, params ImmutableArray<string> notes)
        {
            found.AddRange(pair.Doubts.Select(doubt => new Difference(DifferenceKind.Metadata, ModelFile.OriginKey, doubt)));
            found.AddRange(FooterComparison.Wrong(first, second, cancellation));
            return new(left.Tensors.Count, metadata, [.. found], [.. ModelFile.PathsOf(first, second), .. notes, .. pair.Notes]);
        }
    }

    /// <summary>Compares two opened models.</summary>
    /// <param name="first">A model.</param>
    /// <param name="second">Another one.</param>
    /// <exception cref="ModelPackException">The description of a carried tensor does not fit it.</exception>
    /// <example>
    /// <code>
    /// using Model before = Model.Open("qwen.gguf");
    /// using Model after = Model.Open("qwen-tuned.gguf");
    /// foreach (Difference difference in ModelDiff.Compare(before, after).Differences)
    /// {
    ///     Console.WriteLine($"{difference.Place}: {difference.Text}");
    /// }
    /// </code>
    /// </example>
    public static ModelDiff Compare(Model first, Model second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return Compare(first.File, second.File, null, CancellationToken.None);
    }

    /// <summary>The same on a thread of the pool.</summary>
    /// <param name="first">A model; it has to stay open until the work is done.</param>
    /// <param name="second">Another one, likewise.</param>
    /// <param name="progress">Hears how far the work is.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelPackException">The description of a carried tensor does not fit it.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static Task<ModelDiff> CompareAsync(
        Model first, Model second, IProgress<ConversionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        (ModelFile own, ModelFile other) = (first.File, second.File);
        return Task.Run(() => Compare(own, other, progress, cancellation), cancellation);
    }

    /// <summary>Compares the models at two paths, as
    /// <see cref="Compare(ModelFile, ModelFile, IProgress{ConversionProgress}, CancellationToken)"/> does.</summary>
    /// <param name="firstPath">A model.</param>
    /// <param name="secondPath">Another one.</param>
    /// <param name="scope">Whether the path of a file stands for the model, or for the file alone. A folder beside a file is a
    /// folder.</param>
    /// <param name="progress">Hears how far the work is; null if nobody does.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelFormatException">A file breaks a rule of its format.</exception>
    internal static ModelDiff ComparePaths(
        string firstPath, string secondPath, PathScope scope, IProgress<ConversionProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(firstPath);
        ArgumentNullException.ThrowIfNull(secondPath);
        (ModelFile first, ModelFile second) = ModelFiles.OpenPair(firstPath, secondPath, scope);
        using ModelFile own = first;
        using ModelFile other = second;
        return Compare(first, second, progress, cancellation);
    }

    private static ModelDiff? CommonSource(
        ModelFile first, ModelFile second, IProgress<ConversionProgress>? progress, CancellationToken cancellation)
    {
        if (first.Format != second.Format)
        {
            return null;
        }

        // The keys of a set stand behind the names of its files, which may be any.
        if (ByteComparison.FirstDifference(first.Source, second.Source, cancellation) is null)
        {
            return MemberComparison.FirstDifference(first, second) is null
                ? new(first.Tensors.Count, first.Metadata.Count, [.. FooterComparison.Wrong(first, second, cancellation)], [])
                : null;
        }

        long total = first.Source.Length;
        return new CommonSource(
            first, second, progress is null
                ? null
                : done => progress.Report(new(ConversionPhase.Proving, done, total)), cancellation).Compare() is { } found
            ? new(found.TensorCount, found.MetadataCount,
                [.. found.Tensors, .. found.Metadata, .. FooterComparison.Wrong(first, second, cancellation)], found.Notes)
            : null;
    }

    // The order of bytes is the container's business, as it is for tensors.
    private static MetadataEntry[] LittleEndian(IReadOnlyList<MetadataEntry> metadata) =>
        [.. metadata.Select(entry => entry.Value is GgufValue value ? new(entry.Key, value.ToStandardEncoding()) : entry)];

    /// <summary>For people: how many differences there are.</summary>
    public override string ToString() => Differences.IsEmpty
        ? "no difference"
        : Plural.Of(Differences.Length, "difference");
}
