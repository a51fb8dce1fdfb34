using ModelPack.Tensors;

namespace ModelPack;

/// <summary>Decodes blocks of any tensor type that has float32 values, bit for bit as ggml does. All members may be used by several threads
/// at once.</summary>
/// <example>
/// <code>
/// byte[] blocks = new byte[2 * TensorTypes.Get(TensorType.Q4_K).BlockBytes];     // from wherever they come
/// float[] values = new float[TensorCodec.DecodedLength(TensorType.Q4_K, blocks.Length)];
/// TensorCodec.Decode(TensorType.Q4_K, blocks, values);
/// </code>
/// </example>
public static class TensorCodec
{
    /// <summary>Decodes whole blocks in little-endian order.</summary>
    /// <param name="type">Their type.</param>
    /// <param name="blocks">A whole number of blocks; of APR_Q8 the whole payload with its scale.</param>
    /// <param name="destination">
    /// A place for each element: <see cref="DecodedLength"/> of them. Of APR_Q4 and the padded forms of Q4_K, the last block may hold
    /// fewer.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such type.</exception>
    /// <exception cref="ArgumentException">The type has no float32 values (whole numbers, F64), or the lengths do not belong
    /// together.</exception>
    public static void Decode(TensorType type, ReadOnlySpan<byte> blocks, Span<float> destination) =>
        TensorDecoder.Decode(type, blocks, destination);

    /// <summary>How many elements bytes of a type hold, those counted that a last block is padded with.</summary>
    /// <param name="type">The type.</param>
    /// <param name="byteLength">Number of bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such type, or the number is negative.</exception>
    /// <exception cref="ArgumentException">The bytes end inside a block.</exception>
    public static long DecodedLength(TensorType type, long byteLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteLength);
        TensorTypeInfo info = TensorTypes.Get(type);
        long elements = info.Rule switch
        {
            PayloadRule.ScaledBytes => Math.Max(0, byteLength - sizeof(float)),
            PayloadRule.PackedBits => byteLength / info.BlockBytes * 8 + (byteLength % info.BlockBytes * 8 / info.BlockBytes),
            _ => byteLength / info.BlockBytes * info.BlockElements,
        };
        ReadOnlySpan<long> shape = info.Rule == PayloadRule.PaddedRows ? [1, elements] : [elements];
        return info.TryGetPayloadBytes(shape, out long bytes) && bytes == byteLength
            ? elements
            : throw new ArgumentException($"{byteLength} bytes are no whole number of {info.Name} blocks", nameof(byteLength));
    }
}
