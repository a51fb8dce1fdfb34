using System.Collections.Immutable;

namespace ModelPack.Formats.Apr;

/// <summary>One entry of the tensor index as it is stored (apr-v2.md §8).</summary>
internal sealed record AprIndexEntry
{
    /// <summary>Tensor name.</summary>
    public required string Name { get; init; }

    /// <summary>The type byte. Several bytes can mean one type (2 and 30 are both BF16), so a rebuild needs it.</summary>
    public required byte TypeByte { get; init; }

    /// <summary>Dimensions in stored order: outermost first.</summary>
    public required ImmutableArray<long> Dimensions { get; init; }

    /// <summary>Payload offset from the start of the data section.</summary>
    public required long Offset { get; init; }

    /// <summary>Payload bytes without padding.</summary>
    public required long Size { get; init; }

    /// <summary>The type that byte, shape, size and dialect together mean.</summary>
    public required TensorType Type { get; init; }

    /// <summary>True for a zero-byte <c>lm_head.weight</c> of a model with tied embeddings: it has an entry, but counts as absent
    /// (apr-v2.md §12.5).</summary>
    public bool CountsAsAbsent { get; init; }
}

/// <summary>An index entry whose numbers have not been held against the file yet. Position is where the entry stands in the file.</summary>
internal readonly record struct AprRawEntry(
    string Name, byte TypeByte, ImmutableArray<long> Dimensions, ulong Offset, ulong Size, long Position);
