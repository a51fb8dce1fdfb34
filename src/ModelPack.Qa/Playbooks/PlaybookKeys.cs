using System.Collections.Frozen;

namespace ModelPack.Qa.Playbooks;

/// <summary>The keys of a playbook, level by level. A key that is not here is an error: what it asks for would not be checked.</summary>
internal sealed class PlaybookKeys
{
    private static readonly PlaybookKeys Any = new([]) { IsOpen = true };

    private readonly FrozenDictionary<string, PlaybookKeys> keys;

    private PlaybookKeys((string Name, PlaybookKeys Below)[] keys) =>
        this.keys = keys.ToFrozenDictionary(key => key.Name, key => key.Below, StringComparer.Ordinal);

    /// <summary>True where anything may stand.</summary>
    public bool IsOpen { get; private init; }

    public IEnumerable<string> Names => keys.Keys;

    public static PlaybookKeys Root { get; } = Level(
        Leaves("name", "version", "description", "failure_policy", "property_tests", "falsification_gates", "state_machine", "oracles",
            "metadata"),
        ("model", Level(
            Leaves("hf_repo", "local_path", "formats", "quantizations", "size_category", "family", "size_variant", "expected_hidden_dim",
                "expected_num_layers", "expected_num_heads", "expected_num_kv_heads", "expected_vocab_size", "expected_intermediate_dim"))),
        ("test_matrix", Level(Leaves("modalities", "backends", "scenario_count", "prompts", "seed", "timeout_ms"))),
        ("gates", Level(Leaves("g1_model_loads", "g2_basic_inference", "g3_no_crashes", "g4_output_quality"))),
        ("differential_tests", Level(
            [],
            ("format_validation", Level(Leaves("enabled", "checks", "gates"))),
            ("tensor_diff", Level(Leaves("enabled", "filter", "gates"))),
            ("inference_compare", Level(Leaves("enabled", "prompt", "max_tokens", "tolerance", "gates"))),
            ("fingerprint", Level(Leaves("enabled", "tensors", "stats", "gates"))),
            ("validate_stats", Level(
                Leaves("enabled", "reference", "gates"), ("tolerance", Level(Leaves("layernorm", "embedding", "attention"))))))),
        ("profile_ci", Level(
            Leaves("enabled", "warmup", "measure", "formats", "backends", "gates"),
            ("assertions", Level(
                Leaves("min_throughput", "min_throughput_cpu", "min_throughput_gpu", "max_p99_ms", "max_p50_ms"))))),
        ("trace_payload", Level(Leaves("enabled", "prompt", "gates"))),
        ("contract_tests", Level(Leaves("invariants"))),
        ("ollama_parity", Level(
            Leaves("enabled", "model_tag", "quantizations", "prompts", "temperature", "min_perf_ratio", "gates"))),
        ("kernel_profile", Level(Leaves("family", "kernel_ops", "prompt_count", "long_context"))));

    public PlaybookKeys? Find(string name) => keys.GetValueOrDefault(name);

    private static string[] Leaves(params string[] names) => names;

    private static PlaybookKeys Level(string[] leaves, params (string, PlaybookKeys)[] levels) =>
        new([.. leaves.Select(leaf => (leaf, Any)), .. levels]);
}
