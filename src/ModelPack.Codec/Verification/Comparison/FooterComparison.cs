namespace ModelPack.Verification.Comparison;

/// <summary>Tells of files whose footer is not the checksum of what stands before it (apr-v2.md §6): their payloads may be damaged,
/// whatever they equal.</summary>
internal static class FooterComparison
{
    public static IEnumerable<Difference> Wrong(ModelFile first, ModelFile second, CancellationToken cancellation) =>
        new[] { Wrong(first, FileSide.First, cancellation), Wrong(second, FileSide.Second, cancellation) }.OfType<Difference>();

    /// <summary>Reads the whole file if it has a footer; null if there is nothing to tell.</summary>
    public static Difference? Wrong(ModelFile file, FileSide side, CancellationToken cancellation)
    {
        try
        {
            file.CheckFooter(cancellation);
            return null;
        }
        catch (ModelFormatException exception)
        {
            return new(
                DifferenceKind.Container, "the footer", $"the {side.Word()} file is damaged: {exception.Detail}", null,
                exception.ByteOffset) { OffsetIn = side };
        }
    }
}
