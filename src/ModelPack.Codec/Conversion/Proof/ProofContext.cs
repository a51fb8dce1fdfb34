using System.Collections.Immutable;
using ModelPack.Conversion.Pipeline;
using ModelPack.Diagnostics;

namespace ModelPack.Conversion.Proof;

/// <summary>What a proof needs from its surroundings.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Progress">Hears how many bytes were proved.</param>
/// <param name="Cancellation">Stops the work.</param>
internal sealed record ProofContext(ConversionOptions Options, Action<long>? Progress, CancellationToken Cancellation);

/// <summary>An output that was proved.</summary>
/// <param name="Level">What was proved.</param>
/// <param name="Reread">What the pass over the output found.</param>
internal sealed record ProvedOutput(ProofLevel Level, PassResult Reread)
{
    /// <summary>Why the level is lower than L3.</summary>
    public ImmutableArray<RankedNote> Notes { get; init; } = [];

    /// <summary>What narrowing cost, by the names of tensors in the output.</summary>
    public IReadOnlyDictionary<string, TensorLoss> Losses { get; init; } = ImmutableDictionary<string, TensorLoss>.Empty;
}
