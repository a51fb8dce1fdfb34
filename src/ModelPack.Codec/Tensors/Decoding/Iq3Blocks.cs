using System.Buffers.Binary;
using ModelPack.Codec.Tensors.Grids;

namespace ModelPack.Codec.Tensors.Decoding;

/// <summary>IQ3 types: two rows of four magnitudes from a grid for eight elements, with signs (ggml-types.md §6).</summary>
internal static class Iq3Blocks
{
    public static void IQ3_XXS(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[98..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            for (int g = 0; g < 8; g++)
            {
                uint word = BinaryPrimitives.ReadUInt32LittleEndian(blocks.Slice(66 + (4 * g), 4));
                float db = d * (0.5f + (int)(word >> 28)) * 0.5f;
                for (int l = 0; l < 4; l++)
                {
                    int signs = IqSigns.Expand((word >> (7 * l)) & 127);
                    Span<float> values = destination.Slice((32 * g) + (8 * l), 8);
                    ReadOnlySpan<byte> indices = blocks.Slice(2 + (8 * g) + (2 * l), 2);
                    IqSigns.Write(IqGrids.Iq3Xxs.AsSpan(4 * indices[0], 4), db, signs, values);
                    IqSigns.Write(IqGrids.Iq3Xxs.AsSpan(4 * indices[1], 4), db, signs >> 4, values[4..]);
                }
            }
        }
    }

    public static void IQ3_S(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[110..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            for (int g = 0; g < 8; g++)
            {
                int a = (blocks[106 + (g / 2)] >> (4 * (g % 2))) & 15;
                float db = d * (1 + (2 * a));
                for (int r = 0; r < 8; r++)
                {
                    int index = blocks[2 + (8 * g) + r] | (((blocks[66 + g] >> r) & 1) << 8);
                    int signs = blocks[74 + (4 * g) + (r / 2)] >> (4 * (r % 2));
                    IqSigns.Write(IqGrids.Iq3S.AsSpan(4 * index, 4), db, signs, destination.Slice((32 * g) + (4 * r), 4));
                }
            }
        }
    }
}
