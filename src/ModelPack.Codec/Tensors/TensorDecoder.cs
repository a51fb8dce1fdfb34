using System.Runtime.Intrinsics;
using ModelPack.Tensors;

namespace ModelPack;

/// <summary>Decodes blocks of any tensor type that has float32 values, bit for bit as ggml does; where ggml gives a NaN, any NaN. All
/// members may be used by several threads at once.</summary>
/// <example>
/// <code>
/// byte[] blocks = new byte[2 * TensorTypes.Get(TensorType.Q4_K).BlockBytes];     // from wherever they come
/// float[] values = new float[TensorDecoder.DecodedLength(TensorType.Q4_K, blocks.Length)];
/// TensorDecoder.Decode(TensorType.Q4_K, blocks, values);
/// </code>
/// </example>
public static partial class TensorDecoder
{
    private delegate void BlockDecoder(ReadOnlySpan<byte> blocks, Span<float> destination);

    private static readonly BlockDecoder?[] ScalarDecoders = [.. TensorTypes.All.Select(info => FindScalar(info.Type))];

    private static readonly BlockDecoder?[] Decoders = Vector128.IsHardwareAccelerated && BitConverter.IsLittleEndian
        ? [.. TensorTypes.All.Select(info => FindVectorized(info.Type) ?? ScalarDecoders[(int)info.Type])]
        : ScalarDecoders;

    /// <summary>Decodes whole blocks in little-endian order.</summary>
    /// <param name="type">Their type.</param>
    /// <param name="blocks">A whole number of blocks; of APR_Q8 the whole payload with its scale; of types with padding, blocks of the flat
    /// tensor or of one row.</param>
    /// <param name="destination">
    /// A place for each element: <see cref="DecodedLength"/> of them. Of APR_Q4 and the padded forms of Q4_K, the last block may hold
    /// fewer.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such type.</exception>
    /// <exception cref="ArgumentException">The type has no float32 values (whole numbers, F64), or the lengths do not belong
    /// together.</exception>
    public static void Decode(TensorType type, ReadOnlySpan<byte> blocks, Span<float> destination) =>
        Decode(Decoders, type, blocks, destination);

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

    /// <summary>True if the type has a float32 reading.</summary>
    internal static bool CanDecode(TensorType type) => Decoders[(int)type] is not null;

    /// <summary>The scalar twin of <see cref="Decode(TensorType, ReadOnlySpan{byte}, Span{float})"/>.</summary>
    internal static void DecodeScalar(TensorType type, ReadOnlySpan<byte> blocks, Span<float> destination) =>
        Decode(ScalarDecoders, type, blocks, destination);

    private static void Decode(BlockDecoder?[] decoders, TensorType type, ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        TensorTypeInfo info = TensorTypes.Get(type);
        BlockDecoder decoder = decoders[(int)type] ?? throw new ArgumentException($"{info.Name} has no float32 reading", nameof(type));
        if (blocks.Length != PayloadBytes(info, destination.Length))
        {
            throw new ArgumentException(
                $"{blocks.Length} bytes of {info.Name} do not hold {destination.Length} elements", nameof(destination));
        }

        decoder(blocks, destination);
    }

    private static long PayloadBytes(TensorTypeInfo info, long elements)
    {
        // A single row follows the rule of flat blocks.
        ReadOnlySpan<long> shape = info.Rule == PayloadRule.PaddedRows ? [1, elements] : [elements];
        return info.TryGetPayloadBytes(shape, out long bytes) ? bytes : -1;
    }
}
