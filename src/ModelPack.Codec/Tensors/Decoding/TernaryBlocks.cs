namespace ModelPack.Tensors.Decoding;

/// <summary>Ternary types (ggml-types.md §5).</summary>
internal static class TernaryBlocks
{
    private static ReadOnlySpan<byte> PowersOfThree => [1, 3, 9, 27, 81];

    public static void TQ1_0(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[54..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 52);
            for (int i = 0; i < 256; i++)
            {
                (int at, int power) = i switch
                {
                    < 160 => (i % 32, i / 32),
                    < 240 => (32 + ((i - 160) % 16), (i - 160) / 16),
                    _ => (48 + ((i - 240) % 4), (i - 240) / 4),
                };
                int rest = (blocks[at] * PowersOfThree[power]) & 0xFF;
                destination[i] = (((rest * 3) >> 8) - 1) * d;
            }
        }
    }

    public static void TQ2_0(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[66..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 64);
            for (int i = 0; i < 256; i++)
            {
                int q = (blocks[(32 * (i / 128)) + (i % 32)] >> (i % 128 / 32 * 2)) & 3;
                destination[i] = (q - 1) * d;
            }
        }
    }
}
