namespace ModelPack;

/// <summary>One of two files that are compared.</summary>
public enum FileSide
{
    /// <summary>The file that was given first.</summary>
    First,

    /// <summary>The file that was given second.</summary>
    Second,
}

/// <summary>One difference between two models.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Place">The tensor, the metadata key, or the part of the file.</param>
/// <param name="Text">One sentence with both values.</param>
/// <param name="ElementIndex">The first differing element, for payloads.</param>
/// <param name="ByteOffset">The first differing byte in the file that <see cref="OffsetIn"/> names, if it has a place there.</param>
/// <param name="Count">How many bytes differ, for payloads; how many values are beyond the tolerance, for values.</param>
public sealed record Difference(
    DifferenceKind Kind, string Place, string Text, long? ElementIndex = null, long? ByteOffset = null, long Count = 1)
{
    /// <summary>
    /// The file that <see cref="ByteOffset"/> counts in: the second, or the one that was made from the other. Of a model and its
    /// certificate, the model.
    /// </summary>
    public FileSide OffsetIn { get; init; } = FileSide.Second;

    /// <summary>How far two payloads are apart; null for every other difference.</summary>
    public PayloadDifference? Payload { get; init; }
}
