namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>Mistral with experts w2(silu(w1 x) · w3 x), whose weights sum to 1.</summary>
internal sealed class MixtralModel(TensorType type) : MistralModel(type, "mixtral")
{
    private const int Count = 4;
    private const int Used = 2;
    private const string Separator = ".block_sparse_moe.experts.";

    public override (string Class, string ModelType) Names => ("MixtralForCausalLM", "mixtral");

    protected override (string Theirs, string Native)[] NamePieces =>
    [
        .. base.NamePieces, (".block_sparse_moe.gate.", ".ffn_gate_inp."), (Separator + ".w1.", ".ffn_gate_exps."),
        (Separator + ".w2.", ".ffn_down_exps."), (Separator + ".w3.", ".ffn_up_exps."),
    ];

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>(base.Config())
    {
        ["num_experts_per_tok"] = $"{Used}",
        ["num_local_experts"] = $"{Count}",
        ["output_router_logits"] = "false",
        ["router_aux_loss_coef"] = "0.02",
        ["router_jitter_noise"] = "0.0",
    };

    public override IEnumerable<MetadataEntry> NativeParameters() =>
        [.. base.NativeParameters(), Entry("llama.expert_count", Count), Entry("llama.expert_used_count", Used)];

    public override IEnumerable<ModelTensor> NativeTensors() =>
        Experts.Stack(base.NativeTensors(), Separator).Select(tensor => tensor with { Name = NativeName(tensor.Name) });

    protected override void DefineFeedForward(WeightMaker make, string at)
    {
        make.Norm($"{at}.post_attention_layernorm.weight", Hidden);
        make.Matrix($"{at}.block_sparse_moe.gate.weight", Count, Hidden, 2);
        for (int expert = 0; expert < Count; expert++)
        {
            make.Matrix($"{at}{Separator}{expert}.w1.weight", FeedForward, Hidden);
            make.Matrix($"{at}{Separator}{expert}.w2.weight", Hidden, FeedForward, 2);
            make.Matrix($"{at}{Separator}{expert}.w3.weight", FeedForward, Hidden);
        }
    }

    protected override double[] Transform(string at, double[] x) =>
        Experts.Mix(Linear($"{at}.block_sparse_moe.gate", x), Used, normalize: true, expert => Expert($"{at}{Separator}{expert}", x));

    private double[] Expert(string at, double[] x) => GatedFeedForward($"{at}.w1", $"{at}.w3", $"{at}.w2", Arithmetic.Silu, x);
}
