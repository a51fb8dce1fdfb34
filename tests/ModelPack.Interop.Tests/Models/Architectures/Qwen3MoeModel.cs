namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>Qwen3 with experts whose weights sum to 1, and none that is shared.</summary>
internal sealed class Qwen3MoeModel(TensorType type) : Qwen3Model(type, "qwen3moe")
{
    private const int Count = 6;
    private const int Used = 3;
    private const int ExpertLength = 48;
    private const string Separator = ".mlp.experts.";

    public override string Architecture => "qwen3moe";

    public override (string Class, string ModelType) Names => ("Qwen3MoeForCausalLM", "qwen3_moe");

    protected override (string Theirs, string Native)[] NamePieces =>
    [
        (Separator + ".gate_proj.", ".ffn_gate_exps."), (Separator + ".up_proj.", ".ffn_up_exps."),
        (Separator + ".down_proj.", ".ffn_down_exps."),
        (".mlp.gate.", ".ffn_gate_inp."), .. base.NamePieces,
    ];

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>(base.Config())
    {
        ["decoder_sparse_step"] = "1",
        ["mlp_only_layers"] = "[]",
        ["moe_intermediate_size"] = $"{ExpertLength}",
        ["norm_topk_prob"] = "true",
        ["num_experts"] = $"{Count}",
        ["num_experts_per_tok"] = $"{Used}",
        ["output_router_logits"] = "false",
        ["router_aux_loss_coef"] = "0.001",
    };

    public override IEnumerable<MetadataEntry> NativeParameters() =>
    [
        .. base.NativeParameters(),
        Entry("qwen3moe.expert_count", Count),
        Entry("qwen3moe.expert_used_count", Used),
        Entry("qwen3moe.expert_feed_forward_length", ExpertLength),
    ];

    public override IEnumerable<ModelTensor> NativeTensors() =>
        Experts.Stack(base.NativeTensors(), Separator).Select(tensor => tensor with { Name = NativeName(tensor.Name) });

    protected override void DefineFeedForward(WeightMaker make, string at)
    {
        make.Norm($"{at}.post_attention_layernorm.weight", Hidden);
        make.Matrix($"{at}.mlp.gate.weight", Count, Hidden, 2);
        for (int expert = 0; expert < Count; expert++)
        {
            DefineGated(make, $"{at}{Separator}{expert}", ExpertLength);
        }
    }

    protected override double[] Transform(string at, double[] x) =>
        Experts.Mix(Linear($"{at}.mlp.gate", x), Used, normalize: true, expert => Gated($"{at}{Separator}{expert}", x));
}
