using ModelPack.Conversion.Ancestors;

namespace ModelPack.Verification;

/// <summary>
/// Compares two files of one format by the file that both were made from: a split and its whole, two splits, an APR made by two ways. What
/// a conversion adds for its own sake (a record, keys of a split, an index) is no difference between models. They are equal only if
/// converting one file again gives each of them, byte for byte.
/// </summary>
internal sealed class CommonSource(ModelFile first, ModelFile second, Action<long>? progress, CancellationToken cancellation)
{
    /// <returns>Null if no records that count say how the two belong together.</returns>
    public ComparisonResult? Compare()
    {
        if (first.OriginRecord is null && second.OriginRecord is null)
        {
            return null;
        }

        try
        {
            Line own = Line.Of(first);
            Line other = Line.Of(second);
            return (own.IsEdited, other.IsEdited) switch
            {
                (false, false) => CompareLines(own, other),
                (true, false) => CompareNearest(other.Oldest, first),
                _ => CompareNearest(own.Oldest, second),
            };
        }
        catch (ModelPackException)
        {
            // A record that cannot be followed proves nothing: what the files say is compared.
            return null;
        }
    }

    private ComparisonResult? CompareLines(Line own, Line other)
    {
        bool isOneFormat = own.Oldest.Format == other.Oldest.Format;
        return (own.Steps, other.Steps) switch
        {
            (_, 0) => isOneFormat ? Derived(second, first, progress).Compare(own.Steps) : CompareNearest(second, first),
            (0, _) => isOneFormat ? Derived(first, second, progress).Compare(other.Steps) : CompareNearest(first, second),
            _ when isOneFormat && Derived(own.Oldest, second, progress).Compare(other.Steps) is { } ahead
                && Derived(own.Oldest, first, null).Compare(own.Steps) is { } back =>
                Both(ahead, back),
            _ => null,
        };
    }

    // That a container was edited says nothing beside what was edited in it.
    private ComparisonResult? CompareNearest(ModelFile original, ModelFile container)
    {
        if (Derived(original, container, progress).Compare() is not { Result: { } found } compared)
        {
            return null;
        }

        return compared.Edit is { } edit && found.Tensors.Length + found.Metadata.Length > 1
            ? found with { Metadata = found.Metadata.Remove(edit), Notes = [.. found.Notes, edit.Text] }
            : found;
    }

    // The file is made of payloads of the first one: where these are not what its record says, they differ from the second's too.
    private static ComparisonResult Both(ComparisonResult ahead, ComparisonResult back)
    {
        bool isSame = ahead.Tensors.IsEmpty && ahead.Metadata.IsEmpty;
        return ahead with
        {
            Proved = ahead.Proved is { } one && back.Proved is { } two ? one < two ? one : two : null,
            Tensors = [.. ahead.Tensors, .. back.Tensors],
            Metadata = isSame ? back.Metadata : ahead.Metadata,
            OtherBytes = ahead.OtherBytes ?? back.OtherBytes,
            Notes = isSame ? [.. ahead.Notes, .. back.Notes] : ahead.Notes,
        };
    }

    private DerivedComparison Derived(ModelFile original, ModelFile container, Action<long>? report) =>
        new(original, container, ReferenceEquals(container, first) ? FileSide.First : FileSide.Second, report, cancellation);

    /// <summary>Where a file comes from.</summary>
    /// <param name="Oldest">The oldest file that it was made from, or itself.</param>
    /// <param name="Steps">The number of conversions since.</param>
    /// <param name="IsEdited">True if it has a record that does not count.</param>
    private sealed record Line(ModelFile Oldest, int Steps, bool IsEdited)
    {
        public static Line Of(ModelFile file)
        {
            Ancestry ancestry = Ancestry.Of(file);
            return new(ancestry.Root, ancestry.Line().Count() - 1, ancestry.Doubt is not null);
        }
    }
}
