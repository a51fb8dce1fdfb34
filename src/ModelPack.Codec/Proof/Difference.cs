namespace ModelPack.Codec.Proof;

/// <summary>What a difference is about.</summary>
public enum DifferenceKind
{
    /// <summary>A tensor is in the first file only.</summary>
    MissingTensor,

    /// <summary>A tensor is in the second file only.</summary>
    ExtraTensor,

    /// <summary>The shapes differ.</summary>
    Shape,

    /// <summary>The types differ.</summary>
    Type,

    /// <summary>The payload bytes differ.</summary>
    Payload,

    /// <summary>The tensors stand in another order.</summary>
    Order,

    /// <summary>A metadata key, its type, value or place differs.</summary>
    Metadata,

    /// <summary>Bytes that belong to no tensor and no key differ: header fields, padding, footer, trailing bytes.</summary>
    Container,
}

/// <summary>One difference between two models.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Place">The tensor, the metadata key, or the part of the file.</param>
/// <param name="Text">One sentence with both values.</param>
/// <param name="ElementIndex">The first differing element, for payloads.</param>
/// <param name="ByteOffset">The first differing byte in the second file, if it has a place there.</param>
/// <param name="Count">How many bytes differ, for payloads.</param>
public sealed record Difference(DifferenceKind Kind, string Place, string Text, long? ElementIndex = null, long? ByteOffset = null, long Count = 1)
{
    /// <summary>How far two payloads are apart; null for every other difference.</summary>
    public PayloadDifference? Payload { get; init; }
}
