namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>As GPT-2, but weights are [out, in], and all heads share one key and one value.</summary>
internal sealed class StarcoderModel(TensorType type) : TinyModel($"starcoder-{type}", type, TinyByteLevel.Gpt2)
{
    private const double Epsilon = 1e-5;

    public override string Architecture => "starcoder";

    public override (string Class, string ModelType) Names => ("GPTBigCodeForCausalLM", "gpt_bigcode");

    public override double Tolerance => Math.Max(base.Tolerance, Tolerances.GeluTable);

    public override int KeyValueHeads => 1;

    public override string? Rotation => null;

    public override int FeedForward => 3 * Hidden;

    protected override (string Theirs, string Native)[] NamePieces =>
    [
        ("transformer.wte.", "token_embd."), ("transformer.wpe.", "position_embd."), ("transformer.ln_f.", "output_norm."),
        ("transformer.h.", "blk."),
        (".ln_1.", ".attn_norm."), (".ln_2.", ".ffn_norm."), (".attn.c_attn.", ".attn_qkv."), (".attn.c_proj.", ".attn_output."),
        (".mlp.c_fc.", ".ffn_up."), (".mlp.c_proj.", ".ffn_down."),
    ];

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>
    {
        ["activation_function"] = "\"gelu_pytorch_tanh\"",
        ["attn_pdrop"] = "0.1",
        ["embd_pdrop"] = "0.1",
        ["initializer_range"] = "0.02",
        ["layer_norm_epsilon"] = "1e-05",
        ["multi_query"] = "true",
        ["n_embd"] = $"{Hidden}",
        ["n_head"] = $"{Heads}",
        ["n_inner"] = $"{FeedForward}",
        ["n_layer"] = $"{Layers}",
        ["n_positions"] = $"{Context}",
        ["resid_pdrop"] = "0.1",
        ["scale_attn_weights"] = "true",
    };

    public override IEnumerable<MetadataEntry> NativeParameters() =>
    [
        Entry("starcoder.context_length", Context),
        Entry("starcoder.embedding_length", Hidden),
        Entry("starcoder.feed_forward_length", FeedForward),
        Entry("starcoder.block_count", Layers),
        Entry("starcoder.attention.head_count", Heads),
        Entry("starcoder.attention.head_count_kv", 1),
        Entry("starcoder.attention.layer_norm_epsilon", (float)Epsilon),
    ];

    public override IEnumerable<ModelTensor> NativeTensors() => Tensors.Select(tensor => tensor with { Name = NativeName(tensor.Name) });

    protected override void Define(WeightMaker make)
    {
        make.Matrix("transformer.wte.weight", Tokenizer.VocabularySize, Hidden, 2);
        make.Matrix("transformer.wpe.weight", Context, Hidden, 2);
        make.LayerNorm("transformer.ln_f", Hidden);
        for (int layer = 0; layer < Layers; layer++)
        {
            string at = $"transformer.h.{layer}";
            make.LayerNorm($"{at}.ln_1", Hidden);
            make.LayerNorm($"{at}.ln_2", Hidden);
            foreach ((string name, int outputs, int inputs) in ((string, int, int)[])
                [("attn.c_attn", Hidden + (2 * HeadLength), Hidden), ("attn.c_proj", Hidden, Hidden), ("mlp.c_fc", FeedForward, Hidden),
                    ("mlp.c_proj", Hidden, FeedForward)])
            {
                make.Matrix($"{at}.{name}.weight", outputs, inputs, 1.5);
                make.Bias($"{at}.{name}.bias", outputs);
            }
        }
    }

    protected override double[][] Embed(IReadOnlyList<int> tokens) =>
        [.. tokens.Select(
            (token, position) => Arithmetic.Add(Row("transformer.wte.weight", token), Row("transformer.wpe.weight", position)))];

    protected override double[][] Layer(int layer, double[][] x)
    {
        string at = $"transformer.h.{layer}";
        double[][] qkv = Each(x, row => Linear($"{at}.attn.c_attn", LayerNorm($"{at}.ln_1", row, Epsilon)));
        double[][] heads = new Attention(Heads, 1, HeadLength)
            .Run(Each(qkv, row => row[..Hidden]), Each(qkv, row => row[Hidden..(Hidden + HeadLength)]),
                Each(qkv, row => row[(Hidden + HeadLength)..]));
        x = Add(x, Each(heads, row => Linear($"{at}.attn.c_proj", row)));
        return Add(
            x, Each(x,
                row => PlainFeedForward($"{at}.mlp.c_fc", $"{at}.mlp.c_proj", Arithmetic.Gelu, LayerNorm($"{at}.ln_2", row, Epsilon))));
    }

    protected override double[] Head(double[] x) =>
        Arithmetic.Linear(Weight("transformer.wte.weight"), null, LayerNorm("transformer.ln_f", x, Epsilon));
}
