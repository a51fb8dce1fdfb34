using System.Buffers.Binary;
using ModelPack.Tensors.Grids;

namespace ModelPack.Tensors.Decoding;

/// <summary>IQ2 types: rows of eight magnitudes from a grid, with signs (ggml-types.md §6).</summary>
internal static class Iq2Blocks
{
    public static void IQ2_XXS(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[66..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            for (int g = 0; g < 8; g++)
            {
                ReadOnlySpan<byte> group = blocks.Slice(2 + (8 * g), 8);
                uint word = BinaryPrimitives.ReadUInt32LittleEndian(group[4..]);
                float db = Scale(d, (int)(word >> 28));
                for (int l = 0; l < 4; l++)
                {
                    ulong row = IqSigns.Row8(IqGrids.Iq2Xxs, group[l]);
                    IqSigns.Write(row, db, IqSigns.Expand((word >> (7 * l)) & 127), destination.Slice((32 * g) + (8 * l), 8));
                }
            }
        }
    }

    public static void IQ2_XS(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[74..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            for (int s = 0; s < 32; s++)
            {
                int word = BinaryPrimitives.ReadUInt16LittleEndian(blocks.Slice(2 + (2 * s), 2));
                float db = Scale(d, NibbleOfPair(blocks[66 + (s / 4)], s));
                ulong row = IqSigns.Row8(IqGrids.Iq2Xs, word & 511);
                IqSigns.Write(row, db, IqSigns.Expand((uint)word >> 9), destination.Slice(8 * s, 8));
            }
        }
    }

    public static void IQ2_S(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[82..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            for (int s = 0; s < 32; s++)
            {
                int index = blocks[2 + s] | (((blocks[66 + (s / 4)] >> (2 * (s % 4))) & 3) << 8);
                float db = Scale(d, NibbleOfPair(blocks[74 + (s / 4)], s));
                IqSigns.Write(IqSigns.Row8(IqGrids.Iq2S, index), db, blocks[34 + s], destination.Slice(8 * s, 8));
            }
        }
    }

    private static float Scale(float d, int a) => d * (0.5f + a) * 0.25f;

    // The low nibble scales the first two of four sub-groups, the high nibble the others.
    private static int NibbleOfPair(byte scales, int subGroup) => (scales >> (4 * (subGroup % 4 / 2))) & 15;
}
