using ModelPack.IO;

namespace ModelPack.Conversion.Proof;

/// <summary>What a proof needs from its surroundings, and the place where it leaves the output's hashes.</summary>
internal sealed class ProofContext(ConversionOptions options, Action<long>? progress, CancellationToken cancellation)
{
    public ConversionOptions Options => options;

    public Action<long>? Progress => progress;

    public CancellationToken Cancellation => cancellation;

    /// <summary>XXH128 of the output, as re-read.</summary>
    public Hash128 OutputHash { get; set; }

    /// <summary>XXH128 of each file of the output, as re-read.</summary>
    public IReadOnlyList<Hash128> OutputMemberHashes { get; set; } = [];

    /// <summary>SHA-256 of the output, if asked for.</summary>
    public byte[]? OutputSha256 { get; set; }

    /// <summary>SHA-256 of each of several files of the output, if asked for.</summary>
    public byte[][] OutputMemberSha256 { get; set; } = [];

    /// <summary>What narrowing cost, by the names of tensors in the output.</summary>
    public IReadOnlyDictionary<string, TensorLoss> Losses { get; set; } = new Dictionary<string, TensorLoss>();

    /// <summary>Why a level is lower than L3.</summary>
    public List<RankedNote> Notes { get; } = [];
}
