using ModelPack.IO;

namespace ModelPack.Tensors;

/// <summary>Where the rows of a tensor lie, along its first dimension.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="HeadBytes">Bytes before the first row that belong to each: the scale of APR-Q8 (apr-v2.md §9.2).</param>
/// <param name="RowBytes">Bytes in a row.</param>
internal readonly record struct TensorRows(TensorInfo Tensor, int HeadBytes, long RowBytes)
{
    /// <summary>The rows of a tensor that has a dimension; null if they do not begin and end with whole blocks, or bytes.</summary>
    public static TensorRows? Of(TensorInfo tensor)
    {
        TensorTypeInfo type = TensorTypes.Get(tensor.Type);
        long[] row = [1, .. tensor.Shape.AsSpan()[1..]];
        if (!type.TryGetPayloadBytes(row, out long bytes) || !TensorShape.TryCountElements(row, out long elements))
        {
            return null;
        }

        bool isPadded = type.Rule == PayloadRule.FlatBlocks && elements % type.BlockElements != 0;
        int head = type.Rule == PayloadRule.ScaledBytes && bytes > 0 ? sizeof(float) : 0;
        return isPadded ? null : new(tensor, head, bytes - head);
    }

    /// <summary>Some rows as a tensor of its own, in <see cref="Source"/>.</summary>
    public TensorInfo Describe(long start, long count) => Tensor with
    {
        Shape = [count, .. Tensor.Shape.AsSpan()[1..]],
        Offset = HeadBytes > 0 ? 0 : Tensor.Offset + (start * RowBytes),
        ByteLength = count == 0 ? 0 : HeadBytes + (count * RowBytes),
    };

    /// <summary>Where the description of some rows points into.</summary>
    public ByteSource Source(ByteSource whole, long start, long count) => HeadBytes == 0
        ? whole
        : new ConcatenatedByteSource(
            whole.Name,
            [new RangeByteSource(whole, Tensor.Offset, HeadBytes),
                new RangeByteSource(whole, Tensor.Offset + HeadBytes + (start * RowBytes), count * RowBytes)]);
}
