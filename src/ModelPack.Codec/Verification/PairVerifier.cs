using System.Collections.Immutable;
using ModelPack.Diagnostics;
using ModelPack.IO;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;
using ModelPack.Verification.Comparison;

namespace ModelPack.Verification;

/// <summary>
/// Compares two opened models. If one was made from the other, <see cref="DerivedComparison"/> converts the other again; two files of one
/// format that were made from one file are compared by it (<see cref="CommonSource"/>), other ones as they are. Without a record that
/// counts, what both say by themselves is compared.
/// </summary>
internal sealed class PairVerifier(
    ModelFile first, ModelFile second, ProofLevel level, Action<long>? progress, CancellationToken cancellation)
{
    private const int MaximumDifferences = 1000;

    private static readonly Difference NoRecord = new(
        DifferenceKind.Metadata, ModelFile.OriginKey,
        "neither file holds a record of the other: their metadata speak different words and were not compared");

    public VerificationReport Verify()
    {
        ComparisonResult comparison = first.Format == second.Format
            ? SameFormat()
            : Compare(first, second) ?? Compare(second, first) ?? Unrelated([]);
        List<Difference> counted = [.. comparison.Tensors];
        if (level >= ProofLevel.L2)
        {
            counted.AddRange(comparison.Metadata);
        }

        Difference[] footers = [
            .. Unproved(comparison).Select(file => FooterComparison.Wrong(file, SideOf(file), cancellation)).OfType<Difference>()];
        counted.AddRange(footers);
        if (comparison.OtherBytes is { } bytes && level == ProofLevel.L3 && counted.Count == 0)
        {
            counted.Add(bytes);
        }

        ProofLevel? proved = footers.Length > 0 ? null : comparison.Proved;
        return new(
            level, proved, comparison.TensorCount, comparison.MetadataCount, [.. counted.Take(MaximumDifferences)],
            [.. comparison.Notes, .. EqualByValue(comparison)]);
    }

    // Every level includes that the files are valid (DESIGN §1), and a wrong footer is not (apr-v2.md R-FOOTER). Files of the same bytes
    // have the same one; where one file was made again from the other, both were read for it.
    private ModelFile[] Unproved(ComparisonResult comparison) =>
        comparison.OtherBytes is not null ? [first, second] : first.Format == second.Format ? [first] : [];

    // Equal values are not equal bits: the levels speak of bits, unless it is proved that the one file was converted from the other.
    private static IEnumerable<string> EqualByValue(ComparisonResult comparison)
    {
        int count = comparison.Tensors.Count(difference => difference is { Kind: DifferenceKind.Type, Payload.Elements: 0 });
        return count == 0
            ? []
            : [$"type or order of bytes alone differs in {count} of {Plural.Of(comparison.TensorCount, "tensor")}: every decoded value is "
                + $"the same, bit for bit"];
    }

    private ComparisonResult? Compare(ModelFile original, ModelFile container)
    {
        DerivedComparison derived = new(original, container, SideOf(container), progress, cancellation);
        try
        {
            return derived.Compare() is { Edit: var edit } found ? found.Result ?? Unrelated([edit!]) : null;
        }
        catch (ModelPackException exception) when (exception.Code == OriginErrors.DamagedOrigin
            || exception.Code == PayloadErrors.RecordTooLarge)
        {
            return Unrelated(
                [new(DifferenceKind.Metadata, ModelFile.OriginKey, $"{exception.Detail} (in the {SideOf(container).Word()} file)")]);
        }
    }

    private ComparisonResult SameFormat()
    {
        Difference? bytes = ByteComparison.FirstDifference(first.Source, second.Source, cancellation) is { } offset
            ? Place.Describe(second, offset, FileSide.Second)
            : MemberComparison.FirstDifference(first, second);
        return bytes is null
            ? ComparisonResult.Identical(first)
            : new CommonSource(first, second, progress, cancellation).Compare()
            ?? ComparisonResult.Of(
                first, new(first.Source, first.Tensors), second, new(second.Source, second.Tensors), FileSide.Second, bytes, progress,
                cancellation);
    }

    private ComparisonResult Unrelated(IReadOnlyList<Difference> edits)
    {
        TensorSet left = TensorSet.Of(first, out Difference? badFirst);
        TensorSet right = TensorSet.Of(second, out Difference? badSecond);
        Difference[] bad = [.. new[] { badFirst, badSecond }.OfType<Difference>()];
        Func<string, string> translate = NameMatcher.Between(
            (first.Format, first.Architecture, left.Tensors.Select(tensor => tensor.Name)),
            (second.Format, second.Architecture, right.Tensors.Select(tensor => tensor.Name)));
        FileSide side = FileSide.Second;
        ImmutableArray<string> notes = [];
        if (bad.Length + edits.Count == 0)
        {
            ModelPair pair = new(first, second, cancellation);
            (left, right, translate, side, notes) = (pair.FirstTensors, pair.SecondTensors, pair.Translate, pair.OffsetsIn, pair.Notes);
        }

        List<Difference> tensors = new TensorComparison(left, right, TensorEquality.Bits, side, cancellation).Compare(translate, progress);
        return new()
        {
            Proved = tensors.Count + bad.Length > 0 ? null : ProofLevel.L1,
            TensorCount = left.Tensors.Count,
            Tensors = [.. bad, .. tensors],
            Metadata = edits.Count > 0 ? [.. edits] : [NoRecord],
            OtherBytes = new(DifferenceKind.Container, "the files", "the files have no bytes in common by their formats"),
            Notes = edits.Count > 0 ? [] : [NoRecord.Text, .. notes],
        };
    }

    private FileSide SideOf(ModelFile file) => ReferenceEquals(file, first) ? FileSide.First : FileSide.Second;
}
