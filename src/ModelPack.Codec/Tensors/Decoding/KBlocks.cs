using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ModelPack.Tensors.Decoding;

/// <summary>Super-blocks of 256 elements with scaled sub-blocks (ggml-types.md §4).</summary>
internal static class KBlocks
{
    public static void Q2_K(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[84..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 80);
            float dmin = ScaleFormats.Half(blocks, 82);
            for (int g = 0; g < 16; g++)
            {
                float scale = d * (blocks[g] & 15);
                float min = dmin * (blocks[g] >> 4);
                for (int i = 16 * g; i < 16 * (g + 1); i++)
                {
                    destination[i] = (scale * TwoBits(blocks.Slice(16, 64), i)) - min;
                }
            }
        }
    }

    public static void Q3_K(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[110..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 108);
            for (int g = 0; g < 16; g++)
            {
                float scale = d * Q3Scale(blocks.Slice(96, 12), g);
                for (int i = 16 * g; i < 16 * (g + 1); i++)
                {
                    int high = (blocks[i % 32] >> (i / 32)) & 1;
                    destination[i] = scale * (TwoBits(blocks.Slice(32, 64), i) + (4 * high) - 4);
                }
            }
        }
    }

    public static void Q4_K(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[144..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            float dmin = ScaleFormats.Half(blocks, 2);
            for (int j = 0; j < 8; j++)
            {
                (int sub, int minimum) = PackedScale(blocks.Slice(4, 12), j);
                float scale = d * sub;
                float min = dmin * minimum;
                ReadOnlySpan<byte> qs = blocks.Slice(16 + (32 * (j / 2)), 32);
                for (int c = 0; c < 32; c++)
                {
                    destination[(32 * j) + c] = (scale * Nibble(qs[c], j & 1)) - min;
                }
            }
        }
    }

    public static void Q5_K(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[176..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            float dmin = ScaleFormats.Half(blocks, 2);
            ReadOnlySpan<byte> qh = blocks.Slice(16, 32);
            for (int j = 0; j < 8; j++)
            {
                (int sub, int minimum) = PackedScale(blocks.Slice(4, 12), j);
                float scale = d * sub;
                float min = dmin * minimum;
                ReadOnlySpan<byte> qs = blocks.Slice(48 + (32 * (j / 2)), 32);
                for (int c = 0; c < 32; c++)
                {
                    int q = Nibble(qs[c], j & 1) | (((qh[c] >> j) & 1) << 4);
                    destination[(32 * j) + c] = (scale * q) - min;
                }
            }
        }
    }

    public static void Q6_K(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[210..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 208);
            for (int g = 0; g < 16; g++)
            {
                float scale = d * (sbyte)blocks[192 + g];
                int half = g / 8;
                int k = g / 2 % 4;
                for (int c = 16 * (g % 2); c < 16 * ((g % 2) + 1); c++)
                {
                    int low = Nibble(blocks[(64 * half) + (32 * (k % 2)) + c], k / 2);
                    int high = (blocks[128 + (32 * half) + c] >> (2 * k)) & 3;
                    destination[(128 * half) + (32 * k) + c] = scale * ((low | (high << 4)) - 32);
                }
            }
        }
    }

    /// <summary>The scale is a full float: here, unlike in the other types, the product may round and overflow (ggml-types.md
    /// §7).</summary>
    public static void Q8_K(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[292..], destination = destination[256..])
        {
            float d = BinaryPrimitives.ReadSingleLittleEndian(blocks);
            for (int i = 0; i < 256; i++)
            {
                destination[i] = d * (sbyte)blocks[4 + i];
            }
        }
    }

    // Six-bit scale and minimum of sub-block j of Q4_K and Q5_K.
    private static (int Scale, int Minimum) PackedScale(ReadOnlySpan<byte> s, int j) => j < 4
        ? (s[j] & 63, s[j + 4] & 63)
        : ((s[j + 4] & 15) | (s[j - 4] >> 6 << 4), (s[j + 4] >> 4) | (s[j] >> 6 << 4));

    /// <summary>Six-bit scale of 16-element group <paramref name="g"/>, offset removed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Q3Scale(ReadOnlySpan<byte> s, int g)
    {
        int low = g < 8 ? s[g] & 15 : s[g - 8] >> 4;
        int high = (s[8 + (g % 4)] >> (2 * (g / 4))) & 3;
        return (low | (high << 4)) - 32;
    }

    private static int TwoBits(ReadOnlySpan<byte> qs, int i) => (qs[(32 * (i / 128)) + (i % 32)] >> (i % 128 / 32 * 2)) & 3;

    private static int Nibble(byte value, int high) => (value >> (4 * high)) & 15;
}
