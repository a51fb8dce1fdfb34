using System.Collections.Immutable;
using ModelPack.Verification.Comparison;

namespace ModelPack.Verification;

/// <summary>What a comparison found, before it is asked which level has to hold.</summary>
internal sealed record ComparisonResult
{
    public ProofLevel? Proved { get; init; }

    public int TensorCount { get; init; }

    public int MetadataCount { get; init; }

    public ImmutableArray<Difference> Tensors { get; init; } = [];

    public ImmutableArray<Difference> Metadata { get; init; } = [];

    /// <summary>The first byte that is not what it has to be; null if all are.</summary>
    public Difference? OtherBytes { get; init; }

    public ImmutableArray<string> Notes { get; init; } = [];

    public static ComparisonResult Identical(ModelFile file) =>
        new() { Proved = ProofLevel.L3, TensorCount = file.Tensors.Count, MetadataCount = file.Metadata.Count };

    /// <summary>Compares two files of one format, that are known not to be the same bytes.</summary>
    /// <param name="other">A file.</param>
    /// <param name="otherTensors">Its tensors.</param>
    /// <param name="placed">The file that offsets count in.</param>
    /// <param name="placedTensors">Its tensors.</param>
    /// <param name="side">Which of the two files that the user named this one is, or stands for.</param>
    /// <param name="bytes">The first byte that differs.</param>
    /// <param name="progress">Told now and then.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static ComparisonResult Of(
        ModelFile other,
        TensorSet otherTensors,
        ModelFile placed,
        TensorSet placedTensors,
        FileSide side,
        Difference bytes,
        Action<long>? progress,
        CancellationToken cancellation)
    {
        (ModelFile first, TensorSet left, ModelFile second, TensorSet right) = side == FileSide.Second
            ? (other, otherTensors, placed, placedTensors)
            : (placed, placedTensors, other, otherTensors);
        List<Difference> tensors = new TensorComparison(left, right, TensorEquality.Bits, side, cancellation).Compare(
            name => name, progress);
        List<Difference> metadata = [.. MetadataComparison.Compare(first.Metadata, second.Metadata)];
        if (tensors.Count == 0 && TensorComparison.CompareOrder(left, right) is { } order)
        {
            metadata.Add(order);
        }

        // A record that follows from another difference is none of its own.
        if (tensors.Count > 0 || metadata.Any(difference => difference.Place != ModelFile.OriginKey))
        {
            metadata.RemoveAll(difference => difference is { Kind: DifferenceKind.Metadata, Place: ModelFile.OriginKey });
        }

        ProofLevel? proved = tensors.Count > 0 ? null : metadata.Count > 0 ? ProofLevel.L1 : ProofLevel.L2;
        return new()
        {
            Proved = proved,
            TensorCount = first.Tensors.Count,
            MetadataCount = first.Metadata.Count,
            Tensors = [.. tensors],
            Metadata = [.. metadata],
            OtherBytes = bytes,
            Notes = proved == ProofLevel.L2 ? [$"the files are not the same bytes: {bytes.Text}"] : [],
        };
    }
}
