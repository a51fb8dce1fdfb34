using ModelPack.Diagnostics;
using ModelPack.Verification.Comparison;

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
/// <example>
/// <code>
/// Difference? first = ModelVerifier.Verify("before.gguf", "after.gguf").Differences.FirstOrDefault();
/// if (first is { Kind: DifferenceKind.Payload, OffsetIn: FileSide.Second })
/// {
///     Console.WriteLine($"{first.Place}: byte {first.ByteOffset} of the second file");
/// }
/// </code>
/// </example>
public sealed class Difference
{
    internal Difference(DifferenceKind kind, string place, string text, long? elementIndex = null, long? byteOffset = null, long count = 1)
    {
        Kind = kind;
        Place = place;
        Text = SafeText.Escape(text);
        ElementIndex = elementIndex;
        ByteOffset = byteOffset;
        Count = count;
    }

    /// <summary>What it is about.</summary>
    public DifferenceKind Kind { get; }

    /// <summary>The tensor, the metadata key, or the part of the file.</summary>
    public string Place { get; }

    /// <summary>One sentence with both values.</summary>
    public string Text { get; }

    /// <summary>The first differing element, for payloads.</summary>
    public long? ElementIndex { get; }

    /// <summary>The first differing byte in the file that <see cref="OffsetIn"/> names, if it has a place there.</summary>
    public long? ByteOffset { get; }

    /// <summary>How many bytes differ, for payloads; how many values are beyond the tolerance, for values.</summary>
    public long Count { get; }

    /// <summary>
    /// The file that <see cref="ByteOffset"/> counts in: the second, or the one that was made from the other. Of a model and its
    /// certificate, the model.
    /// </summary>
    public FileSide OffsetIn { get; internal init; } = FileSide.Second;

    /// <summary>How far two payloads are apart; null for every other difference.</summary>
    internal PayloadDifference? Payload { get; init; }

    /// <summary>The sentence.</summary>
    public override string ToString() => Text;

    /// <summary>The same difference, found at another place.</summary>
    internal Difference At(long? byteOffset, FileSide side, string? further = null) =>
        new(Kind, Place, Text + further, ElementIndex, byteOffset, Count) { OffsetIn = side, Payload = Payload };
}
