namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>Layer norms, biases everywhere, c_proj(gelu(c_fc(x))), tied embeddings.</summary>
internal sealed class Starcoder2Model(TensorType type) : LayerNormModel(type, "starcoder2", TinyByteLevel.Gpt2)
{
    public override string Architecture => "starcoder2";

    public override (string Class, string ModelType) Names => ("Starcoder2ForCausalLM", "starcoder2");

    public override double Tolerance => Math.Max(base.Tolerance, Tolerances.GeluTable);

    protected override double Theta => 100000;

    protected override bool HasOutput => false;

    protected override bool HasProjectionBias => true;

    protected override string EpsilonField => "norm_epsilon";

    protected override string[] Absent => ["attention_bias", "head_dim", "mlp_bias", "pretraining_tp"];

    protected override (string Theirs, string Native)[] NamePieces =>
        [(".mlp.c_fc.", ".ffn_up."), (".mlp.c_proj.", ".ffn_down."), .. base.NamePieces];

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>(base.Config())
    {
        ["embedding_dropout"] = "0.0",
        ["hidden_act"] = "\"gelu_pytorch_tanh\"",
        ["residual_dropout"] = "0.0",
        ["sliding_window"] = "null",
        ["use_bias"] = "true",
    };

    protected override void DefineAttention(WeightMaker make, string at)
    {
        base.DefineAttention(make, at);
        make.Bias($"{at}.self_attn.o_proj.bias", Hidden);
    }

    protected override void DefineFeedForward(WeightMaker make, string at)
    {
        make.Norm($"{at}.post_attention_layernorm.weight", Hidden);
        make.Matrix($"{at}.mlp.c_fc.weight", FeedForward, Hidden);
        make.Bias($"{at}.mlp.c_fc.bias", FeedForward);
        make.Matrix($"{at}.mlp.c_proj.weight", Hidden, FeedForward, 2);
        make.Bias($"{at}.mlp.c_proj.bias", Hidden);
    }

    protected override double[] Transform(string at, double[] x) =>
        PlainFeedForward($"{at}.mlp.c_fc", $"{at}.mlp.c_proj", Arithmetic.Gelu, x);
}
