using System.Buffers.Binary;

namespace ModelPack.Tensors.Decoding;

/// <summary>IQ4 types: sixteen uneven levels (ggml-types.md §6).</summary>
internal static class Iq4Blocks
{
    private static ReadOnlySpan<sbyte> Levels => [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    public static void IQ4_NL(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[18..], destination = destination[32..])
        {
            Write(blocks.Slice(2, 16), ScaleFormats.Half(blocks, 0), destination);
        }
    }

    public static void IQ4_XS(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[136..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            int scalesHigh = BinaryPrimitives.ReadUInt16LittleEndian(blocks.Slice(2, 2));
            for (int g = 0; g < 8; g++)
            {
                int low = (blocks[4 + (g / 2)] >> (4 * (g % 2))) & 15;
                int high = (scalesHigh >> (2 * g)) & 3;
                float scale = d * ((low | (high << 4)) - 32);
                Write(blocks.Slice(8 + (16 * g), 16), scale, destination.Slice(32 * g, 32));
            }
        }
    }

    private static void Write(ReadOnlySpan<byte> qs, float scale, Span<float> values)
    {
        for (int j = 0; j < 16; j++)
        {
            values[j] = scale * Levels[qs[j] & 15];
            values[j + 16] = scale * Levels[qs[j] >> 4];
        }
    }
}
