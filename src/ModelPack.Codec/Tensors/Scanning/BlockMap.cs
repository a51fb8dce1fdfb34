namespace ModelPack.Tensors.Scanning;

/// <summary>Which elements of the tensor a block holds. Rows of blocks end with a block that may be padded; padding is no
/// element.</summary>
/// <param name="RowBlocks">Blocks in a row.</param>
/// <param name="RowElements">Elements in a row.</param>
/// <param name="BlockElements">Elements in a full block.</param>
internal readonly record struct BlockMap(long RowBlocks, long RowElements, int BlockElements)
{
    /// <summary>A tensor without padding, where every block may count as a row of its own.</summary>
    public static BlockMap Unpadded(int blockElements) => new(1, blockElements, blockElements);

    /// <summary>The map of a tensor.</summary>
    public static BlockMap Of(TensorTypeInfo info, ReadOnlySpan<long> shape)
    {
        long elements = TensorShape.TryCountElements(shape, out long count)
            ? count
            : throw new ArgumentException("too many elements", nameof(shape));
        long rowElements = info.Rule switch
        {
            PayloadRule.FlatBlocks => elements,
            PayloadRule.PaddedRows => shape[^1],
            _ => info.BlockElements,
        };
        long rowBlocks = (rowElements / info.BlockElements) + (rowElements % info.BlockElements == 0 ? 0 : 1);
        return new BlockMap(Math.Max(rowBlocks, 1), rowElements, info.BlockElements);
    }

    public long FirstElement(long block) => (block / RowBlocks * RowElements) + (block % RowBlocks * BlockElements);

    public int Elements(long block) => (int)Math.Min(BlockElements, RowElements - (block % RowBlocks * BlockElements));
}
