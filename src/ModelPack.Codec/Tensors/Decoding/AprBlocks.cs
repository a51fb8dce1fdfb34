using System.Buffers.Binary;

namespace ModelPack.Tensors.Decoding;

/// <summary>
/// APR's own quantizations, by their formula: a scale that is odd stays odd, although aprender's decoder replaces it by zero
/// (apr-v2.md §9.2, §9.3).
/// </summary>
internal static class AprBlocks
{
    /// <summary>Pairs of consecutive elements share a byte, unlike in Q4_0. The last block may be padded.</summary>
    public static void Q4(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (int block = 0; block < blocks.Length / 18; block++)
        {
            ReadOnlySpan<byte> bytes = blocks.Slice(18 * block, 18);
            Span<float> values = destination.Slice(32 * block, Math.Min(32, destination.Length - (32 * block)));
            float d = ScaleFormats.Half(bytes, 0);
            for (int i = 0; i < values.Length; i++)
            {
                int nibble = (bytes[2 + (i / 2)] >> (4 * (i % 2))) & 15;
                values[i] = (nibble - 8) * d;
            }
        }
    }

    /// <summary>The scale of the tensor, then its signed bytes.</summary>
    public static void Q8(ReadOnlySpan<byte> payload, Span<float> destination)
    {
        if (!payload.IsEmpty)
        {
            Q8(BinaryPrimitives.ReadSingleLittleEndian(payload), payload[4..], destination);
        }
    }

    public static void Q8(float scale, ReadOnlySpan<byte> quants, Span<float> destination)
    {
        for (int i = 0; i < quants.Length; i++)
        {
            destination[i] = (sbyte)quants[i] * scale;
        }
    }

    /// <summary>Q4_K blocks of one row or one flat tensor, the last one padded (apr-v2.md §9.4).</summary>
    public static void PaddedQ4_K(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        int whole = destination.Length / 256;
        int rest = destination.Length % 256;
        TensorDecoder.Decode(TensorType.Q4_K, blocks[..(144 * whole)], destination[..(256 * whole)]);
        if (rest > 0)
        {
            Span<float> last = stackalloc float[256];
            TensorDecoder.Decode(TensorType.Q4_K, blocks[(144 * whole)..], last);
            last[..rest].CopyTo(destination[(256 * whole)..]);
        }
    }
}
