using System.Collections.Immutable;
using ModelPack.Conversion;
using ModelPack.Conversion.Ancestors;
using ModelPack.Conversion.Pipeline;
using ModelPack.Conversion.Proof;
using ModelPack.Formats;
using ModelPack.IO;
using ModelPack.Models;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;
using ModelPack.Verification.Comparison;

namespace ModelPack.Verification;

/// <summary>
/// Compares a file with a container that says it was made from it. The container has to be what converting the file gives, byte for byte.
/// Where it is not, what it leads back to is compared; and if it was edited, it is compared with what it ought to be, so that the edit gets
/// a name.
/// </summary>
internal sealed class DerivedComparison(
    ModelFile original, ModelFile container, FileSide side, Action<long>? progress, CancellationToken cancellation)
{
    /// <summary>Compares with the file so many conversions back.</summary>
    /// <param name="steps">The number of conversions; the container and what was made on the way were not edited.</param>
    /// <returns>Null if the records do not count.</returns>
    /// <exception cref="ModelPackException">The origin record is damaged.</exception>
    public ComparisonResult? Compare(int steps) =>
        NearestAncestor.At(container, steps) is { } ancestor ? CompareUnedited(ancestor, out _) : null;

    /// <summary>Compares with the nearest file of that format.</summary>
    /// <returns>Null if the container leads to no file of that format. Without a result, the edit is all that can be said.</returns>
    /// <exception cref="ModelPackException">The origin record is damaged.</exception>
    public (ComparisonResult? Result, Difference? Edit)? Compare()
    {
        Ancestor? ancestor = NearestAncestor.Find(
            container, original.Format, out string? edited, original.AllMembers.Count > 1 ? AncestorForm.Set : AncestorForm.Nearest);
        if (edited is not null)
        {
            Difference edit = new(DifferenceKind.Metadata, ModelFile.OriginKey, edited);
            return (CompareEdited(edit), edit);
        }

        if (ancestor is null)
        {
            return null;
        }

        ComparisonResult? result = CompareUnedited(ancestor, out string? forged);
        return (result, forged is null ? null : new(DifferenceKind.Metadata, ModelFile.OriginKey, forged));
    }

    // Without a result the record does not count, and what it leads to says nothing of the container.
    private ComparisonResult? CompareUnedited(Ancestor ancestor, out string? forged)
    {
        forged = null;
        (PassResult pass, bool isSame) = Reconversion.Compare(
            original, ancestor.Steps, container.Source, known: null, new(new(), progress, cancellation));
        if (isSame)
        {
            return !pass.HoldsFooters(original)
                && FooterComparison.Wrong(
                    original, side == FileSide.First ? FileSide.Second : FileSide.First, cancellation) is { } wrongFooter
                ? ComparisonResult.Identical(original) with { Proved = null, Metadata = [wrongFooter] }
                : ComparisonResult.Identical(original);
        }

        using Reconversion again = Reconversion.Compose(original, ancestor.Steps, pass, cancellation);
        if (ByteComparison.FirstDifference(again.Source, container.Source, cancellation) is not { } offset)
        {
            return ComparisonResult.Identical(original);
        }

        forged = Ancestry.Of(container).WhyNot(ancestor.Steps.Length);
        if (forged is not null)
        {
            return null;
        }

        Difference bytes = Place.Describe(container, offset, side);
        ImmutableArray<Difference> shown = CompareViews(ancestor.Record, again);
        using ModelFile returned = RestoredFile.Open(ancestor.Record, container);
        Difference? other = ByteComparison.FirstDifference(original.Source, returned.Source, cancellation) is { } returnedOffset
            ? Place.Describe(returned, returnedOffset, side)
            : MemberComparison.FirstDifference(original, returned);
        if (other is null)
        {
            ImmutableArray<Difference> wrong = [.. WrongHashes(ancestor.Record, pass)];
            return ComparisonResult.Identical(original) with
            {
                Proved = !shown.IsEmpty ? null : wrong.IsEmpty ? ProofLevel.L2 : ProofLevel.L1,
                Tensors = shown,
                Metadata = wrong,
                OtherBytes = bytes,
                Notes = !shown.IsEmpty ? [] : [$"{bytes.Text}; the tensors and metadata that it leads back to are the same all the same"],
            };
        }

        ComparisonResult found = ComparisonResult.Of(
            original,
            new(original.Source, original.Tensors),
            returned,
            new(returned.Source, returned.Tensors),
            side,
            other,
            progress,
            cancellation);
        return found with
        {
            Proved = shown.IsEmpty ? found.Proved : null,
            Tensors = [.. InContainer(found.Tensors, ancestor.Record, returned), .. shown],
            OtherBytes = bytes,
        };
    }

    // The way back does not read them, but they are what the container's own programs run.
    private ImmutableArray<Difference> CompareViews(OriginRecord record, Reconversion again)
    {
        int[] views = [.. record.Views.Select(view => view.ContainerIndex).Distinct()];
        if (views.Length == 0)
        {
            return [.. CompareShown([])];
        }

        using ModelFile expected = ModelFiles.Open(again.Files, "<converted again>", container.Format);
        if (!IsListedLike(expected))
        {
            return [.. CompareShown([])];
        }

        TensorInfo[] names = [.. TensorDescriptions.Logical(container), .. container.AllTensors.Skip(container.Tensors.Count)];
        TensorSet left = new(expected.Source, [.. views.Select(view => names[view] with { Offset = expected.AllTensors[view].Offset })]);
        TensorSet right = new(container.Source, [.. views.Select(view => names[view])]);
        (left, right) = side == FileSide.Second ? (left, right) : (right, left);
        return [
            .. new TensorComparison(left, right, TensorEquality.Bits, side, cancellation).Compare(name => name, progress: null),
            .. CompareShown(views)];
    }

    // Converting another file, or a part of the one that the record describes, may give other tensors.
    private bool IsListedLike(ModelFile expected) => expected.AllTensors.Select(tensor => (tensor.Name, tensor.ByteLength))
        .SequenceEqual(container.AllTensors.Select(tensor => (tensor.Name, tensor.ByteLength)));

    // Whoever writes the record can leave a view out of its list: what the container shows is what it is made of all the same.
    private IEnumerable<Difference> CompareShown(int[] compared)
    {
        foreach (ShownPayload pair in Ancestry.Of(container).Shown
            .Where(pair => pair.Shown is not StoredPayload stored || !compared.Contains(stored.Tensor)))
        {
            ByteSource shown = MadePayloads.Open(container, pair.Shown);
            if (ByteComparison.FirstDifference(shown, MadePayloads.Open(container, pair.Made), cancellation) is { } at)
            {
                TensorInfo tensor = container.AllTensors[pair.Shown.Tensors().First()];
                yield return pair.Shown is StoredPayload
                    ? Place.Describe(container, tensor.Offset + at, side)
                    : new(DifferenceKind.Payload, tensor.Name, $"tensor '{tensor.Name}' does not show what it was made of");
            }
        }
    }

    private ComparisonResult? CompareEdited(Difference edit)
    {
        try
        {
            // What ought to be there is no measure if it was rounded: the edit closes the way back, and other numbers round to the same.
            if (NearestAncestor.FindThroughEdits(container, original.Format) is not { } ancestor
                || ancestor.Steps.Any(step => step.Dtype is not null))
            {
                return null;
            }

            PassResult pass = Reconversion.Examine(original, PassWork.None, threads: 0, progress, cancellation);
            using Reconversion again = Reconversion.Compose(original, ancestor.Steps, pass, cancellation);
            using ModelFile expected = ModelFiles.Open(again.Files, "<converted again>", container.Format);
            TensorSet right = TensorSet.Of(container, out Difference? bad);
            TensorSet left = bad is null ? TensorSet.Of(expected, out _) : new(expected.Source, expected.Tensors);
            ComparisonResult found = ComparisonResult.Of(expected, left, container, right, side, edit, progress, cancellation);
            ImmutableArray<Difference> tensors = [.. found.Tensors, .. CompareReturned(ancestor, found.Tensors)];
            return found with
            {
                Proved = tensors.IsEmpty ? ProofLevel.L1 : null,
                Tensors = tensors,
                Metadata = [edit, .. found.Metadata.Where(difference => difference.Place != ModelFile.OriginKey)],
            };
        }
        catch (ModelPackException)
        {
            // The tensor list was edited so that the record cannot be followed any more.
            return null;
        }
    }

    // What the container shows may be computed numbers that others give too, and a tensor may be shown nowhere. Which ones, only the record
    // says, and nobody vouches for it: all that it leads back to is compared, but for what is made of a tensor that was named already.
    private IEnumerable<Difference> CompareReturned(Ancestor ancestor, ImmutableArray<Difference> named)
    {
        ModelFile restored = ancestor.File;
        HashSet<string> places = [.. named.Select(difference => difference.Place)];
        HashSet<string> skipped = [
            .. restored.AllTensors.Where((_, i) => ancestor.Record.Tensors[i].Payload.Tensors()
                .Any(tensor => places.Contains(container.AllTensors[tensor].Name))).Select(tensor => tensor.Name)];
        TensorSet left = new(original.Source, [.. original.AllTensors.Where(tensor => !skipped.Contains(tensor.Name))]);
        TensorSet right = new(restored.Source, [.. restored.AllTensors.Where(tensor => !skipped.Contains(tensor.Name))]);
        (left, right) = side == FileSide.Second ? (left, right) : (right, left);
        return new TensorComparison(left, right, TensorEquality.Bits, side, cancellation).Compare(name => name, progress: null)
            .Select(difference => difference.At(null, difference.OffsetIn));
    }

    private static IEnumerable<Difference> WrongHashes(OriginRecord record, PassResult pass)
    {
        bool files = record.Files.Select(file => file.Hash).SequenceEqual(pass.MemberHashes);
        if (!files || !record.Tensors.Select(tensor => tensor.Hash).SequenceEqual(pass.TensorHashes))
        {
            yield return new(
                DifferenceKind.Metadata, ModelFile.OriginKey, "the hashes in the origin record are not those of what it leads back to");
        }
    }

    // What differs in the restored file differs in the container's payload; that is where a reader can look for it.
    private IEnumerable<Difference> InContainer(ImmutableArray<Difference> differences, OriginRecord record, ModelFile returned)
    {
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        for (int i = 0; i < returned.Tensors.Count; i++)
        {
            places.TryAdd(returned.Tensors[i].Name, i);
        }

        return differences.Select(
            difference => difference.ByteOffset is { } at
                ? InContainer(difference, at, places[difference.Place], record, returned)
                : difference);
    }

    private Difference InContainer(Difference difference, long at, int tensor, OriginRecord record, ModelFile returned)
    {
        PayloadRecipe recipe = record.Tensors[tensor].Payload;
        if (recipe.Locate(at - returned.Tensors[tensor].Offset) is not var (stored, within))
        {
            return difference.At(null, difference.OffsetIn);
        }

        TensorInfo there = container.AllTensors[stored];
        string part = recipe.Tensors().Distinct().Skip(1).Any() ? $"; it lies in '{there.Name}' there" : "";
        return difference.At(there.Offset + within, difference.OffsetIn, part);
    }
}
