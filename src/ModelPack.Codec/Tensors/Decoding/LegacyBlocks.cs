using System.Buffers.Binary;

namespace ModelPack.Tensors.Decoding;

/// <summary>Blocks with one scale and no sub-blocks (ggml-types.md §3).</summary>
internal static class LegacyBlocks
{
    public static void Q4_0(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[18..], destination = destination[32..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            ReadOnlySpan<byte> qs = blocks.Slice(2, 16);
            for (int j = 0; j < 16; j++)
            {
                destination[j] = ((qs[j] & 15) - 8) * d;
                destination[j + 16] = ((qs[j] >> 4) - 8) * d;
            }
        }
    }

    public static void Q4_1(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[20..], destination = destination[32..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            float m = ScaleFormats.Half(blocks, 2);
            ReadOnlySpan<byte> qs = blocks.Slice(4, 16);
            for (int j = 0; j < 16; j++)
            {
                destination[j] = ((qs[j] & 15) * d) + m;
                destination[j + 16] = ((qs[j] >> 4) * d) + m;
            }
        }
    }

    public static void Q5_0(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[22..], destination = destination[32..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            uint qh = BinaryPrimitives.ReadUInt32LittleEndian(blocks.Slice(2, 4));
            ReadOnlySpan<byte> qs = blocks.Slice(6, 16);
            for (int j = 0; j < 16; j++)
            {
                destination[j] = (((qs[j] & 15) | FifthBit(qh, j)) - 16) * d;
                destination[j + 16] = (((qs[j] >> 4) | FifthBit(qh, j + 16)) - 16) * d;
            }
        }
    }

    public static void Q5_1(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[24..], destination = destination[32..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            float m = ScaleFormats.Half(blocks, 2);
            uint qh = BinaryPrimitives.ReadUInt32LittleEndian(blocks.Slice(4, 4));
            ReadOnlySpan<byte> qs = blocks.Slice(8, 16);
            for (int j = 0; j < 16; j++)
            {
                destination[j] = (((qs[j] & 15) | FifthBit(qh, j)) * d) + m;
                destination[j + 16] = (((qs[j] >> 4) | FifthBit(qh, j + 16)) * d) + m;
            }
        }
    }

    public static void Q8_0(ReadOnlySpan<byte> blocks, Span<float> destination) => SignedBytes(blocks, 34, 2, destination);

    /// <summary>The natural reading: no reference function exists, the sum of the quants is not needed.</summary>
    public static void Q8_1(ReadOnlySpan<byte> blocks, Span<float> destination) => SignedBytes(blocks, 36, 4, destination);

    public static void Q1_0(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[18..], destination = destination[128..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            for (int i = 0; i < 128; i++)
            {
                bool isSet = ((blocks[2 + (i / 8)] >> (i % 8)) & 1) != 0;
                destination[i] = ScaleFormats.NegateIf(!isSet, d);
            }
        }
    }

    public static void Q2_0(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[18..], destination = destination[64..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            for (int i = 0; i < 64; i++)
            {
                destination[i] = (((blocks[2 + (i / 4)] >> (i % 4 * 2)) & 3) - 1) * d;
            }
        }
    }

    private static void SignedBytes(ReadOnlySpan<byte> blocks, int stride, int offset, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[stride..], destination = destination[32..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            ReadOnlySpan<byte> qs = blocks.Slice(offset, 32);
            for (int j = 0; j < 32; j++)
            {
                destination[j] = (sbyte)qs[j] * d;
            }
        }
    }

    private static int FifthBit(uint qh, int element) => (int)((qh >> element) & 1) << 4;
}
