using System.Collections.Immutable;
using ModelPack.Tensors;

namespace ModelPack;

/// <summary>Order of the bytes in multi-byte numbers.</summary>
public enum ByteOrder
{
    /// <summary>Lowest byte first.</summary>
    LittleEndian,

    /// <summary>Highest byte first (GGUF files written for big-endian machines).</summary>
    BigEndian,
}

/// <summary>A tensor of a file: what it is and where its payload lies. Payloads stay on disk.</summary>
internal sealed record TensorInfo
{
    /// <summary>Name as stored.</summary>
    public required string Name { get; init; }

    /// <summary>Element or block type.</summary>
    public required TensorType Type { get; init; }

    /// <summary>Dimensions, outermost first; empty for a scalar.</summary>
    public required ImmutableArray<long> Shape { get; init; }

    /// <summary>Offset of the payload from the start of the file, in bytes.</summary>
    public required long Offset { get; init; }

    /// <summary>Payload length in bytes, without padding.</summary>
    public required long ByteLength { get; init; }

    /// <summary>Byte order of the payload.</summary>
    public ByteOrder ByteOrder { get; init; }

    /// <summary>Number of elements.</summary>
    public long ElementCount => Shape.Contains(0) ? 0 : TensorShape.TryCountElements(Shape.AsSpan(), out long count)
        ? count
        : throw new InvalidOperationException($"the shape of '{Name}' was not checked");
}
