namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>x += dense(attention(n(x))) + fc2(gelu(fc1(n(x)))); half of each head rotated; biases everywhere, on the logits too.</summary>
internal sealed class Phi2Model(TensorType type) : LayerNormModel(type, "phi2", TinyByteLevel.Gpt2)
{
    public override string Architecture => "phi2";

    public override (string Class, string ModelType) Names => ("PhiForCausalLM", "phi");

    public override double Tolerance => Math.Max(base.Tolerance, Tolerances.GeluTable);

    public override int KeyValueHeads => Heads;

    protected override double RotatedPart => 0.5;

    protected override bool HasProjectionBias => true;

    protected override string OutputProjection => "dense";

    protected override string EpsilonField => "layer_norm_eps";

    protected override string[] Absent => ["attention_bias", "head_dim", "mlp_bias", "pretraining_tp"];

    protected override (string Theirs, string Native)[] NamePieces =>
    [
        ("model.final_layernorm.", "output_norm."), (".self_attn.dense.", ".attn_output."), (".mlp.fc1.", ".ffn_up."),
        (".mlp.fc2.", ".ffn_down."),
        .. base.NamePieces,
    ];

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>(base.Config())
    {
        ["embd_pdrop"] = "0.0",
        ["hidden_act"] = "\"gelu_new\"",
        ["qk_layernorm"] = "false",
        ["resid_pdrop"] = "0.0",
    };

    // The base of the rotation is not written for this architecture (hf-companions.md §1.1).
    public override IEnumerable<MetadataEntry> NativeParameters() =>
        base.NativeParameters().Where(entry => entry.Key != "phi2.rope.freq_base");

    protected override void Define(WeightMaker make)
    {
        make.Matrix("model.embed_tokens.weight", Tokenizer.VocabularySize, Hidden, Math.Sqrt(Hidden));
        make.LayerNorm("model.final_layernorm", Hidden);
        make.Matrix("lm_head.weight", Tokenizer.VocabularySize, Hidden, 2);
        make.Bias("lm_head.bias", Tokenizer.VocabularySize);
        for (int layer = 0; layer < Layers; layer++)
        {
            string at = $"model.layers.{layer}";
            make.LayerNorm($"{at}.input_layernorm", Hidden);
            foreach ((string name, int rows, int columns) in ((string, int, int)[])
                [
                    ("self_attn.q_proj", Hidden, Hidden), ("self_attn.k_proj", Hidden, Hidden), ("self_attn.v_proj", Hidden, Hidden),
                    ("self_attn.dense", Hidden, Hidden), ("mlp.fc1", FeedForward, Hidden), ("mlp.fc2", Hidden, FeedForward),
                ])
            {
                make.Matrix($"{at}.{name}.weight", rows, columns, 1.5);
                make.Bias($"{at}.{name}.bias", rows);
            }
        }
    }

    protected override double[][] Layer(int layer, double[][] x)
    {
        string at = $"model.layers.{layer}";
        double[][] normed = Each(x, row => Norm($"{at}.input_layernorm", row));
        return Add(
            x, Add(Attend(layer, normed), Each(normed, row => PlainFeedForward($"{at}.mlp.fc1", $"{at}.mlp.fc2", Arithmetic.Gelu, row))));
    }

    protected override double[] Head(double[] x) => Linear("lm_head", Norm("model.final_layernorm", x));
}
