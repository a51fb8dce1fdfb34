namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>x += n₁(attention(x)); x += n₂(feedForward(x)); q and k go through a norm over all heads before the rotation.</summary>
internal class Olmo2Model(TensorType type, string label = "olmo2") : LlamaModel($"{label}-{type}", type, TinyByteLevel.Gpt2)
{
    public override string Architecture => "olmo2";

    public override (string Class, string ModelType) Names => ("Olmo2ForCausalLM", "olmo2");

    protected override double Theta => 500000;

    protected override bool RotatesNeighbours => false;

    protected override (string Theirs, string Native)[] NamePieces =>
    [
        (".post_attention_layernorm.", ".post_attention_norm."), (".post_feedforward_layernorm.", ".post_ffw_norm."),
        (".self_attn.q_norm.", ".attn_q_norm."), (".self_attn.k_norm.", ".attn_k_norm."), .. base.NamePieces,
    ];

    public override IReadOnlyDictionary<string, string> Config() =>
        new Dictionary<string, string>(base.Config().Where(field => field.Key is not ("head_dim" or "mlp_bias" or "pretraining_tp")));

    protected override void Define(WeightMaker make)
    {
        base.Define(make);
        for (int layer = 0; layer < Layers; layer++)
        {
            make.Norm($"model.layers.{layer}.post_feedforward_layernorm.weight", Hidden);
            make.Norm($"model.layers.{layer}.self_attn.q_norm.weight", Heads * HeadLength);
            make.Norm($"model.layers.{layer}.self_attn.k_norm.weight", KeyValueHeads * HeadLength);
        }
    }

    protected override void DefineAttention(WeightMaker make, string at)
    {
        make.Matrix($"{at}.self_attn.q_proj.weight", Heads * HeadLength, Hidden, 1.5);
        make.Matrix($"{at}.self_attn.k_proj.weight", KeyValueHeads * HeadLength, Hidden, 1.5);
        make.Matrix($"{at}.self_attn.v_proj.weight", KeyValueHeads * HeadLength, Hidden);
        make.Matrix($"{at}.self_attn.o_proj.weight", Hidden, Heads * HeadLength);
    }

    protected override double[][] Layer(int layer, double[][] x)
    {
        string at = $"model.layers.{layer}";
        x = Add(x, Each(Attend(layer, x), row => Norm($"{at}.post_attention_layernorm", row)));
        return Add(x, Each(x, row => Norm($"{at}.post_feedforward_layernorm", Transform(at, row))));
    }

    protected override double[] Query(string at, double[] x) => Norm($"{at}.self_attn.q_norm", base.Query(at, x));

    protected override double[] Key(string at, double[] x) => Norm($"{at}.self_attn.k_norm", base.Key(at, x));
}
