using System.Globalization;

namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>Rotated queries and keys, no biases, fc2(fc11(x) · silu(fc12(x))).</summary>
internal sealed class NomicBertModel(TensorType type) : EncoderModel("nomic-bert", type, Pooling.Mean)
{
    private const double Theta = 1000;

    public override string Architecture => "nomic-bert";

    public override (string Class, string ModelType) Names => ("NomicBertModel", "nomic_bert");

    protected override string LayerPrefix => "encoder.layers.";

    protected override (string Embeddings, string Attention, string FeedForward) Norms => ("emb_ln", "norm1", "norm2");

    // What it was trained with, whatever config.json has (hf-companions.md §1.3).
    protected override long NativeContext => 2048;

    protected override (string Theirs, string Native)[] NamePieces =>
    [
        ("embeddings.word_embeddings.", "token_embd."), ("embeddings.token_type_embeddings.", "token_types."),
        ("emb_ln.", "token_embd_norm."),
        ("encoder.layers.", "blk."), (".attn.Wqkv.", ".attn_qkv."), (".attn.out_proj.", ".attn_output."), (".norm1.", ".attn_output_norm."),
        (".mlp.fc11.", ".ffn_up."), (".mlp.fc12.", ".ffn_gate."), (".mlp.fc2.", ".ffn_down."), (".norm2.", ".layer_output_norm."),
    ];

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>
    {
        ["activation_function"] = "\"swiglu\"",
        ["attn_pdrop"] = "0.0",
        ["causal"] = "false",
        ["embd_pdrop"] = "0.0",
        ["initializer_range"] = "0.02",
        ["layer_norm_epsilon"] = "1e-12",
        ["max_trained_positions"] = "2048",
        ["mlp_fc1_bias"] = "false",
        ["mlp_fc2_bias"] = "false",
        ["n_embd"] = $"{Hidden}",
        ["n_head"] = $"{Heads}",
        ["n_inner"] = $"{FeedForward}",
        ["n_layer"] = $"{Layers}",
        ["n_positions"] = "8192",
        ["prenorm"] = "false",
        ["qkv_proj_bias"] = "false",
        ["resid_pdrop"] = "0.0",
        ["rotary_emb_base"] = Theta.ToString(CultureInfo.InvariantCulture),
        ["rotary_emb_fraction"] = "1.0",
        ["rotary_emb_interleaved"] = "false",
        ["rotary_emb_scale_base"] = "null",
        ["scale_attn_weights"] = "true",
        ["type_vocab_size"] = $"{TokenTypes}",
    };

    public override IEnumerable<MetadataEntry> NativeParameters() =>
        [.. base.NativeParameters(), Entry("nomic-bert.rope.freq_base", (float)Theta)];

    protected override void DefineLayer(WeightMaker make, string at)
    {
        make.Matrix($"{at}.attn.Wqkv.weight", 3 * Hidden, Hidden, 1.5);
        make.Matrix($"{at}.attn.out_proj.weight", Hidden, Hidden, 1.5);
        make.Matrix($"{at}.mlp.fc11.weight", FeedForward, Hidden);
        make.Matrix($"{at}.mlp.fc12.weight", FeedForward, Hidden);
        make.Matrix($"{at}.mlp.fc2.weight", Hidden, FeedForward, 2);
    }

    protected override double[][] Attend(string at, double[][] x)
    {
        double[] frequencies = Arithmetic.RotaryFrequencies(Theta, HeadLength);
        double[][] qkv = Each(x, row => Linear($"{at}.attn.Wqkv", row));
        double[][] Rotated(Range part) =>
            [.. qkv.Select((row, position) => Arithmetic.Rotate(row[part], HeadLength, position, frequencies))];
        double[][] heads = Bidirectional.Run(Rotated(..Hidden), Rotated(Hidden..(2 * Hidden)), Each(qkv, row => row[(2 * Hidden)..]));
        return Each(heads, row => Linear($"{at}.attn.out_proj", row));
    }

    protected override double[] Transform(string at, double[] x) =>
        GatedFeedForward($"{at}.mlp.fc12", $"{at}.mlp.fc11", $"{at}.mlp.fc2", Arithmetic.Silu, x);
}
