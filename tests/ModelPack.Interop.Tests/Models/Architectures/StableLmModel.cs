using ModelPack.Formats.Gguf;

namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>Layer norms, a quarter of each head rotated, biases on q, k and v.</summary>
internal class StableLmModel(TensorType type, string label = "stablelm") : LayerNormModel(type, label, TinyByteLevel.Gpt2)
{
    public override string Architecture => "stablelm";

    public override (string Class, string ModelType) Names => ("StableLmForCausalLM", "stablelm");

    protected virtual bool IsParallel => false;

    protected override double RotatedPart => 0.25;

    protected override bool HasProjectionBias => true;

    protected override string EpsilonField => "layer_norm_eps";

    protected override string[] Absent => ["attention_bias", "head_dim", "mlp_bias", "pretraining_tp"];

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>(base.Config())
    {
        ["hidden_dropout"] = "0.0",
        ["qk_layernorm"] = "false",
        ["use_parallel_residual"] = IsParallel ? "true" : "false",
        ["use_qkv_bias"] = "true",
    };

    // The base of the rotation is not written for this architecture (hf-companions.md §1.1).
    public override IEnumerable<MetadataEntry> NativeParameters() =>
    [
        .. base.NativeParameters().Where(entry => entry.Key != "stablelm.rope.freq_base"),
        new("stablelm.use_parallel_residual", GgufValue.FromBool(IsParallel)),
    ];
}
