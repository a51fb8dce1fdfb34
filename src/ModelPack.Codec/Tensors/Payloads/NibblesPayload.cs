using System.Collections.Immutable;

namespace ModelPack.Tensors.Payloads;

/// <summary>
/// Codes of four bits moved within each block: published checkpoints hold elements 2i and 2i + 1 of a block in one byte, ggml holds
/// elements i and i + n/2 (hf-companions.md §3.2, T11, T12). The low half of a byte is the first of its two in both.
/// </summary>
/// <param name="Of">The payload.</param>
/// <param name="BlockBytes">Bytes in a block: an even number.</param>
/// <param name="Apart">True from pairs to halves, as ggml holds them; false back.</param>
internal sealed record NibblesPayload(PayloadRecipe Of, long BlockBytes, bool Apart) : PayloadRecipe
{
    /// <summary>The largest block: a byte is made of two that lie in one.</summary>
    public const int MaximumBytes = 64;

    /// <inheritdoc/>
    public override long Length => Of.Length;

    /// <inheritdoc/>
    public override ImmutableArray<PayloadRecipe> Inner => [Of];

    /// <summary>Moves the codes of whole blocks.</summary>
    public void Move(ReadOnlySpan<byte> blocks, Span<byte> destination)
    {
        int length = (int)BlockBytes;
        int half = length / 2;
        for (int start = 0; start < blocks.Length; start += length)
        {
            ReadOnlySpan<byte> from = blocks.Slice(start, length);
            Span<byte> to = destination.Slice(start, length);
            for (int i = 0; i < half; i++)
            {
                if (Apart)
                {
                    to[2 * i] = (byte)((from[i] & 0x0F) | (from[half + i] << 4));
                    to[(2 * i) + 1] = (byte)((from[i] >> 4) | (from[half + i] & 0xF0));
                }
                else
                {
                    to[i] = (byte)((from[2 * i] & 0x0F) | (from[(2 * i) + 1] << 4));
                    to[half + i] = (byte)((from[2 * i] >> 4) | (from[(2 * i) + 1] & 0xF0));
                }
            }
        }
    }

    /// <inheritdoc/>
    protected override PayloadRecipe Replace(Func<PayloadRecipe, PayloadRecipe> leaf) => this with { Of = Replace(Of, leaf) };
}
