using ModelPack.IO;
using ModelPack.Tensors;

namespace ModelPack;

/// <summary>How the payload length of a type follows from a shape.</summary>
internal enum PayloadRule
{
    /// <summary>Blocks along the innermost dimension, which must be a multiple of the block length. Plain types are blocks of one
    /// element.</summary>
    Blocks,

    /// <summary>Elements of fewer than eight bits, packed over the whole tensor, which must fill whole bytes (safetensors.md §2).</summary>
    PackedBits,

    /// <summary>Blocks over the flattened tensor, the last one padded (apr-v2.md §9.3, §9.4).</summary>
    FlatBlocks,

    /// <summary>Blocks along each row of a matrix, the last block of a row padded (apr-v2.md §9.4).</summary>
    PaddedRows,

    /// <summary>Four bytes of scale and one byte an element; nothing for an empty tensor (apr-v2.md §9.2).</summary>
    ScaledBytes,
}

/// <summary>One row of the type table.</summary>
public sealed class TensorTypeInfo
{
    internal TensorTypeInfo(
        TensorType type, string name, int? ggmlId, int blockElements, int blockBytes, PayloadRule rule = PayloadRule.Blocks)
    {
        Type = type;
        Name = name;
        GgmlId = ggmlId;
        BlockElements = blockElements;
        BlockBytes = blockBytes;
        Rule = rule;
    }

    /// <summary>The type.</summary>
    public TensorType Type { get; }

    /// <summary>Its name, as the format that owns it spells it.</summary>
    public string Name { get; }

    /// <summary>Its ggml id, or null if ggml does not have it.</summary>
    public int? GgmlId { get; }

    /// <summary>Elements in a block.</summary>
    public int BlockElements { get; }

    /// <summary>Bytes in a block (for <see cref="PayloadRule.PackedBits"/>: bits in an element).</summary>
    public int BlockBytes { get; }

    /// <summary>How the payload length follows from the shape.</summary>
    internal PayloadRule Rule { get; }

    /// <summary>True for block types that ggml calls quantized.</summary>
    public bool IsQuantized => BlockElements > 1 || Rule == PayloadRule.ScaledBytes;

    /// <summary>Computes the payload length of a tensor.</summary>
    /// <param name="shape">Dimensions, outermost first; none for a scalar.</param>
    /// <param name="bytes">The length in bytes.</param>
    /// <returns>False if the shape does not fit the type, or the length does not fit in 63 bits.</returns>
    public bool TryGetPayloadBytes(ReadOnlySpan<long> shape, out long bytes)
    {
        bytes = 0;
        if (!TensorShape.TryCountElements(shape, out long elements))
        {
            return false;
        }

        long innermost = shape.Length == 0 ? 1 : shape[^1];
        switch (Rule)
        {
            case PayloadRule.Blocks:
                return innermost % BlockElements == 0 && CheckedMath.TryMultiply(elements / BlockElements, BlockBytes, out bytes);
            case PayloadRule.PackedBits:
                bool fits = CheckedMath.TryMultiply(elements, BlockBytes, out long bits);
                bytes = bits / 8;
                return fits && bits % 8 == 0;
            case PayloadRule.FlatBlocks:
                return CheckedMath.TryMultiply(Ceiling(elements), BlockBytes, out bytes);
            case PayloadRule.PaddedRows:
                return shape.Length == 2 && CheckedMath.TryMultiply(shape[0], Ceiling(innermost), out long blocks)
                    && CheckedMath.TryMultiply(blocks, BlockBytes, out bytes);
            case PayloadRule.ScaledBytes:
                return elements == 0 || CheckedMath.TryAdd(elements, 4, out bytes);
            default:
                throw new InvalidOperationException($"unknown payload rule {Rule}");
        }
    }

    private long Ceiling(long elements) => (elements / BlockElements) + (elements % BlockElements == 0 ? 0 : 1);

    /// <summary>For people: the name.</summary>
    public override string ToString() => Name;
}
