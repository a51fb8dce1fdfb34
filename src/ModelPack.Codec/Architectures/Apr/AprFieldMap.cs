using System.Collections.Frozen;
using ModelPack.Architectures.Names;

namespace ModelPack.Architectures.Apr;

/// <summary>Fields of APR with the GGUF keys that say the same (apr-v2.md §7.2, hf-companions.md §1.1). Each row is its own
/// inverse.</summary>
internal static class AprFieldMap
{
    public const string HeadCount = "attention.head_count";
    public const string KeyLength = "attention.key_length";
    public const string ValueLength = "attention.value_length";
    public const string RmsEpsilon = "attention.layer_norm_rms_epsilon";
    public const string NormEpsilon = "attention.layer_norm_epsilon";

    private static readonly FrozenSet<string> WithMeanInNorm = new[]
    {
        "bert", "bloom", "command-r", "cohere2", "falcon", "gpt2", "gptneox", "mpt", "nemotron", "nomic-bert", "phi2", "stablelm",
            "starcoder", "starcoder2",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Texts, with whole keys.</summary>
    public static IReadOnlyList<(string Key, string Field)> Texts { get; } =
    [
        ("general.name", "name"),
        ("general.description", "description"),
        ("general.author", "author"),
        ("general.license", "license"),
        ("general.version", "version"),
        ("general.source.url", "source"),
    ];

    /// <summary>Counts, with keys below the architecture's name.</summary>
    public static IReadOnlyList<(string Key, string Field)> Counts { get; } =
    [
        ("embedding_length", "hidden_size"),
        ("block_count", "num_layers"),
        (HeadCount, "num_heads"),
        ("attention.head_count_kv", "num_kv_heads"),
        ("vocab_size", "vocab_size"),
        ("feed_forward_length", "intermediate_size"),
        ("context_length", "max_position_embeddings"),
        ("expert_count", "num_experts"),
        ("expert_used_count", "num_experts_per_tok"),
        ("expert_feed_forward_length", "moe_intermediate_size"),
    ];

    /// <summary>Single-precision numbers, with keys below the architecture's name.</summary>
    public static IEnumerable<(string Key, string Field)> Numbers(string architecture) =>
        [("rope.freq_base", "rope_theta"), (Epsilon(architecture), "rms_norm_eps")];

    // APR has one field for the epsilon of either kind of norm: realizar reads layer_norm_eps as an alias of it (apr-v2.md §7.4).
    private static string Epsilon(string architecture) => WithMeanInNorm.Contains(architecture)
        || RequiredTensors.For(architecture)?.Keys.Contains(NormEpsilon) == true ? NormEpsilon : RmsEpsilon;
}
