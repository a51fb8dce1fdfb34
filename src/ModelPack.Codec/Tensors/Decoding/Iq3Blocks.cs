using System.Buffers.Binary;
using ModelPack.Tensors.Grids;

namespace ModelPack.Tensors.Decoding;

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
                    ReadOnlySpan<byte> indices = blocks.Slice(2 + (8 * g) + (2 * l), 2);
                    ulong rows = IqSigns.Row4(IqGrids.Iq3Xxs, indices[0], indices[1]);
                    IqSigns.Write(rows, db, IqSigns.Expand((word >> (7 * l)) & 127), destination.Slice((32 * g) + (8 * l), 8));
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
                int ninthBits = blocks[66 + g] << 8;
                for (int l = 0; l < 4; l++)
                {
                    ReadOnlySpan<byte> indices = blocks.Slice(2 + (8 * g) + (2 * l), 2);
                    int first = indices[0] | ((ninthBits >> (2 * l)) & 256);
                    int second = indices[1] | ((ninthBits >> ((2 * l) + 1)) & 256);
                    ulong rows = IqSigns.Row4(IqGrids.Iq3S, first, second);
                    IqSigns.Write(rows, db, blocks[74 + (4 * g) + l], destination.Slice((32 * g) + (8 * l), 8));
                }
            }
        }
    }
}
