namespace ModelPack.Verification.Comparison;

/// <summary>An element whose decoded values differ.</summary>
/// <param name="Element">Index of the element, row by row.</param>
/// <param name="First">Value in the first model.</param>
/// <param name="Second">Value in the second model.</param>
internal sealed record ValueDifference(long Element, float First, float Second)
{
    /// <summary>How far the values are apart; NaN if one of them is, or both are the same infinity.</summary>
    public double Distance => Math.Abs((double)First - Second);
}

/// <summary>How far two payloads are apart.</summary>
internal sealed record PayloadDifference
{
    /// <summary>The type in the first model.</summary>
    public required TensorType FirstType { get; init; }

    /// <summary>The type in the second model.</summary>
    public required TensorType SecondType { get; init; }

    /// <summary>All elements of the tensor.</summary>
    public required long AllElements { get; init; }

    /// <summary>Bytes that differ; 0 if the types differ, so that bytes cannot be compared.</summary>
    public long Bytes { get; init; }

    /// <summary>The first byte of the payload that differs.</summary>
    public long FirstByte { get; init; }

    /// <summary>That byte in the first model and in the second.</summary>
    public (byte First, byte Second) ByteValues { get; init; }

    /// <summary>The first element of the block that the byte belongs to, for types whose blocks can be counted through.</summary>
    public long? FirstElement { get; init; }

    /// <summary>Blocks that differ; a plain type has blocks of one element. 0 if the types differ.</summary>
    public long Blocks { get; init; }

    /// <summary>All blocks of the payload.</summary>
    public long AllBlocks { get; init; }

    /// <summary>Elements whose decoded values differ in any bit; null if the type cannot be decoded.</summary>
    public long? Elements { get; init; }

    /// <summary>The first such element; null if there is none.</summary>
    public ValueDifference? First { get; init; }

    /// <summary>The element with the largest distance; null if no distance is a number.</summary>
    public ValueDifference? Largest { get; init; }
}
