namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>Qwen2 with experts whose weights are taken as they are, and sigmoid(g x) · shared(x) beside them.</summary>
internal sealed class Qwen2MoeModel(TensorType type) : Qwen2Model(type, "qwen2moe")
{
    private const int Count = 4;
    private const int Used = 2;
    private const int ExpertLength = 48;
    private const int SharedLength = 80;
    private const string Separator = ".mlp.experts.";

    public override string Architecture => "qwen2moe";

    public override (string Class, string ModelType) Names => ("Qwen2MoeForCausalLM", "qwen2_moe");

    protected override bool HasOutput => true;

    protected override (string Theirs, string Native)[] NamePieces =>
    [
        (Separator + ".gate_proj.", ".ffn_gate_exps."), (Separator + ".up_proj.", ".ffn_up_exps."),
        (Separator + ".down_proj.", ".ffn_down_exps."),
        (".mlp.shared_expert.gate_proj.", ".ffn_gate_shexp."), (".mlp.shared_expert.up_proj.", ".ffn_up_shexp."),
        (".mlp.shared_expert.down_proj.", ".ffn_down_shexp."), (".mlp.shared_expert_gate.", ".ffn_gate_inp_shexp."),
        (".mlp.gate.", ".ffn_gate_inp."),
        .. base.NamePieces,
    ];

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>(base.Config())
    {
        ["decoder_sparse_step"] = "1",
        ["mlp_only_layers"] = "[]",
        ["moe_intermediate_size"] = $"{ExpertLength}",
        ["norm_topk_prob"] = "false",
        ["num_experts"] = $"{Count}",
        ["num_experts_per_tok"] = $"{Used}",
        ["output_router_logits"] = "false",
        ["router_aux_loss_coef"] = "0.001",
        ["shared_expert_intermediate_size"] = $"{SharedLength}",
    };

    public override IEnumerable<MetadataEntry> NativeParameters() =>
    [
        .. base.NativeParameters(),
        Entry("qwen2moe.expert_count", Count),
        Entry("qwen2moe.expert_used_count", Used),
        Entry("qwen2moe.expert_feed_forward_length", ExpertLength),
        Entry("qwen2moe.expert_shared_feed_forward_length", SharedLength),
    ];

    // The gate of the shared expert has one row and is a vector in GGUF.
    public override IEnumerable<ModelTensor> NativeTensors() =>
        from tensor in Experts.Stack(base.NativeTensors(), Separator)
        let native = tensor with { Name = NativeName(tensor.Name) }
        select native.Name.Contains("ffn_gate_inp_shexp", StringComparison.Ordinal) ? native with { Shape = [Hidden] } : native;

    protected override void DefineFeedForward(WeightMaker make, string at)
    {
        make.Norm($"{at}.post_attention_layernorm.weight", Hidden);
        make.Matrix($"{at}.mlp.gate.weight", Count, Hidden, 2);
        make.Matrix($"{at}.mlp.shared_expert_gate.weight", 1, Hidden, 2);
        DefineGated(make, $"{at}.mlp.shared_expert", SharedLength);
        for (int expert = 0; expert < Count; expert++)
        {
            DefineGated(make, $"{at}{Separator}{expert}", ExpertLength);
        }
    }

    protected override double[] Transform(string at, double[] x)
    {
        double gate = Arithmetic.Sigmoid(Linear($"{at}.mlp.shared_expert_gate", x)[0]);
        double[] routed = Experts.Mix(Linear($"{at}.mlp.gate", x), Used, normalize: false, expert => Gated($"{at}{Separator}{expert}", x));
        return Arithmetic.Add(routed, Arithmetic.Scale(Gated($"{at}.mlp.shared_expert", x), gate));
    }
}
