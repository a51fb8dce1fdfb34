namespace ModelPack.Tensors.Decoding;

/// <summary>Blocks of four-bit floats (ggml-types.md §5). The table holds doubled values; code 8 is plus zero.</summary>
internal static class FloatBlocks
{
    private static ReadOnlySpan<sbyte> Doubled => [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

    public static void MXFP4(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[17..], destination = destination[32..])
        {
            float d = ScaleFormats.E8M0Half(blocks[0]);
            for (int j = 0; j < 16; j++)
            {
                destination[j] = Doubled[blocks[1 + j] & 15] * d;
                destination[j + 16] = Doubled[blocks[1 + j] >> 4] * d;
            }
        }
    }

    public static void NVFP4(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[36..], destination = destination[64..])
        {
            for (int s = 0; s < 4; s++)
            {
                float d = ScaleFormats.UE4M3Half(blocks[s]);
                for (int j = 0; j < 8; j++)
                {
                    byte q = blocks[4 + (8 * s) + j];
                    destination[(16 * s) + j] = Doubled[q & 15] * d;
                    destination[(16 * s) + j + 8] = Doubled[q >> 4] * d;
                }
            }
        }
    }
}
