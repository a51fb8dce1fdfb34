using System.Buffers.Binary;
using ModelPack.Tensors.Grids;

namespace ModelPack.Tensors.Decoding;

/// <summary>IQ1 types: rows of eight values -1, 0, 1, shifted by an eighth (ggml-types.md §6).</summary>
internal static class Iq1Blocks
{
    private const float Shift = 0.125f;

    public static void IQ1_S(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[50..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            for (int g = 0; g < 8; g++)
            {
                int high = BinaryPrimitives.ReadUInt16LittleEndian(blocks.Slice(34 + (2 * g), 2));
                float dl = d * ((2 * ((high >> 12) & 7)) + 1);
                float delta = Delta(high >> 15);
                for (int l = 0; l < 4; l++)
                {
                    int index = blocks[2 + (4 * g) + l] | (((high >> (3 * l)) & 7) << 8);
                    Write(index, dl, delta, destination.Slice((32 * g) + (8 * l), 8));
                }
            }
        }
    }

    public static void IQ1_M(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[56..], destination = destination[256..])
        {
            float d = ScatteredScale(blocks.Slice(48, 8));
            for (int s = 0; s < 32; s++)
            {
                int t = s / 2;
                int word = BinaryPrimitives.ReadUInt16LittleEndian(blocks.Slice(48 + (2 * (t / 4)), 2));
                float dl = d * ((2 * ((word >> (3 * (t % 4))) & 7)) + 1);
                int high = (blocks[32 + (s / 2)] >> (4 * (s % 2))) & 15;
                float delta = Delta(high >> 3);
                Write(blocks[s] | ((high & 7) << 8), dl, delta, destination.Slice(8 * s, 8));
            }
        }
    }

    /// <summary>The shift; the lowest bit of the argument says whether it is negative.</summary>
    public static float Delta(int negative) => (negative & 1) != 0 ? -Shift : Shift;

    /// <summary>The four top nibbles of the scale words form a half, lowest first.</summary>
    public static float ScatteredScale(ReadOnlySpan<byte> words)
    {
        int bits = 0;
        for (int k = 0; k < 4; k++)
        {
            bits |= (words[(2 * k) + 1] >> 4) << (4 * k);
        }

        return ScaleFormats.FromHalf((ushort)bits);
    }

    private static void Write(int index, float scale, float delta, Span<float> values)
    {
        ReadOnlySpan<byte> row = IqGrids.Iq1S.AsSpan(8 * index, 8);
        for (int j = 0; j < 8; j++)
        {
            values[j] = scale * ((sbyte)row[j] + delta);
        }
    }
}
