using System.Collections.Immutable;

namespace ModelPack.Tensors.Payloads;

/// <summary>Scales of eight bits whose sign is clear, as they are: ggml reads those of NVFP4 without a sign (hf-companions.md §3.2,
/// T12).</summary>
/// <param name="Of">The payload.</param>
internal sealed record UnsignedPayload(PayloadRecipe Of) : PayloadRecipe
{
    private const byte Sign = 0x80;

    /// <inheritdoc/>
    public override long Length => Of.Length;

    /// <inheritdoc/>
    public override ImmutableArray<PayloadRecipe> Inner => [Of];

    /// <summary>Copies scales.</summary>
    /// <exception cref="ModelPackException">One has its sign set.</exception>
    public static void Copy(ReadOnlySpan<byte> scales, Span<byte> destination)
    {
        int at = scales.IndexOfAnyInRange(Sign, byte.MaxValue);
        if (at >= 0)
        {
            throw new ModelPackException(
                PayloadErrors.NotExpressible,
                $"a scale of NVFP4 blocks is the byte 0x{scales[at]:X2}: its sign is set, and ggml's have none; verbatim names keep it as it is");
        }

        scales.CopyTo(destination);
    }

    /// <inheritdoc/>
    protected override PayloadRecipe Replace(Func<PayloadRecipe, PayloadRecipe> leaf) => this with { Of = Replace(Of, leaf) };
}
