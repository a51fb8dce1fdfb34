namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>
/// x += c_proj(attention(c_attn(ln_1(x)))); x += c_proj(gelu(c_fc(ln_2(x)))); learned positions, layer norms, and weights in the layout
/// [in, out]: y = x W + b.
/// </summary>
internal sealed class Gpt2Model(TensorType type) : TinyModel($"gpt2-{type}", type, TinyByteLevel.Gpt2)
{
    private const double Epsilon = 1e-5;

    public override string Architecture => "gpt2";

    public override (string Class, string ModelType) Names => ("GPT2LMHeadModel", "gpt2");

    public override double Tolerance => Math.Max(base.Tolerance, Tolerances.GeluTable);

    public override int KeyValueHeads => Heads;

    public override string? Rotation => null;

    public override int FeedForward => 4 * Hidden;

    protected override (string Theirs, string Native)[] NamePieces =>
    [
        ("transformer.wte.", "token_embd."), ("transformer.wpe.", "position_embd."), ("transformer.ln_f.", "output_norm."),
        ("transformer.h.", "blk."),
        (".ln_1.", ".attn_norm."), (".ln_2.", ".ffn_norm."), (".attn.c_attn.", ".attn_qkv."), (".attn.c_proj.", ".attn_output."),
        (".mlp.c_fc.", ".ffn_up."), (".mlp.c_proj.", ".ffn_down."),
    ];

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>
    {
        ["activation_function"] = "\"gelu_new\"",
        ["attn_pdrop"] = "0.1",
        ["embd_pdrop"] = "0.1",
        ["initializer_range"] = "0.02",
        ["layer_norm_epsilon"] = "1e-05",
        ["n_ctx"] = $"{Context}",
        ["n_embd"] = $"{Hidden}",
        ["n_head"] = $"{Heads}",
        ["n_inner"] = "null",
        ["n_layer"] = $"{Layers}",
        ["n_positions"] = $"{Context}",
        ["resid_pdrop"] = "0.1",
        ["scale_attn_weights"] = "true",
    };

    public override IEnumerable<MetadataEntry> NativeParameters() =>
    [
        Entry("gpt2.block_count", Layers),
        Entry("gpt2.context_length", Context),
        Entry("gpt2.embedding_length", Hidden),
        Entry("gpt2.feed_forward_length", FeedForward),
        Entry("gpt2.attention.head_count", Heads),
        Entry("gpt2.attention.layer_norm_epsilon", (float)Epsilon),
    ];

    public override IEnumerable<ModelTensor> NativeTensors() =>
        from tensor in Tensors
        select (tensor.Name.Contains(".c_", StringComparison.Ordinal) ? Transpose(tensor) : tensor) with { Name = NativeName(tensor.Name) };

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
                [("attn.c_attn", 3 * Hidden, Hidden), ("attn.c_proj", Hidden, Hidden), ("mlp.c_fc", FeedForward, Hidden),
                    ("mlp.c_proj", Hidden, FeedForward)])
            {
                make.Transposed($"{at}.{name}.weight", outputs, inputs, 1.5);
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
        double[][] qkv = Each(x, row => Convolve($"{at}.attn.c_attn", LayerNorm($"{at}.ln_1", row, Epsilon)));
        double[][] heads = new Attention(Heads, Heads, HeadLength)
            .Run(Each(qkv, row => row[..Hidden]), Each(qkv, row => row[Hidden..(2 * Hidden)]), Each(qkv, row => row[(2 * Hidden)..]));
        x = Add(x, Each(heads, row => Convolve($"{at}.attn.c_proj", row)));
        return Add(
            x, Each(x,
                row => Convolve(
                    $"{at}.mlp.c_proj", [.. Convolve($"{at}.mlp.c_fc", LayerNorm($"{at}.ln_2", row, Epsilon)).Select(Arithmetic.Gelu)])));
    }

    protected override double[] Head(double[] x) =>
        Arithmetic.Linear(Weight("transformer.wte.weight"), null, LayerNorm("transformer.ln_f", x, Epsilon));

    private static ModelTensor Transpose(ModelTensor tensor) => tensor.Shape.Length == 1 ? tensor
        : new(tensor.Name, [tensor.RowLength, tensor.Rows],
            [.. Enumerable.Range(0, tensor.RowLength).SelectMany(column => Column(tensor, column))]);

    private static IEnumerable<float> Column(ModelTensor tensor, int column) =>
        Enumerable.Range(0, tensor.Rows).Select(row => tensor.Values[(row * tensor.RowLength) + column]);

    /// <summary>A Conv1D of transformers: y[o] = Σᵢ x[i] W[i, o] + b[o].</summary>
    private double[] Convolve(string name, double[] x)
    {
        ModelTensor weight = Weight(name + ".weight");
        double[] y = Row(name + ".bias");
        for (int i = 0; i < x.Length; i++)
        {
            for (int o = 0; o < y.Length; o++)
            {
                y[o] += x[i] * weight.Values[(i * y.Length) + o];
            }
        }

        return y;
    }
}
