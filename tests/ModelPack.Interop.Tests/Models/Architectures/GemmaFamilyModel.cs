using ModelPack.Codec.Tensors;

namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>
/// What Gemma 2 and 3 share: embeddings times √hidden, norms with the weight 1 + w, one before and one behind each part
/// (x += n₂(attention(n₁(x))); x += n₄(feedForward(n₃(x)))), GELU, tied embeddings, layers that see a window.
/// </summary>
internal abstract class GemmaFamilyModel(TensorType type, string label) : LlamaModel($"{label}-{type}", type, TinyTokenizer.Llama)
{
    private static readonly string[] Absent = ["hidden_act", "mlp_bias", "pretraining_tp", "rope_scaling"];

    public override double Tolerance => Math.Max(base.Tolerance, Tolerances.GeluTable);

    public override int HeadLength => 32;

    /// <summary>Shorter than the prompt, so that it matters.</summary>
    protected static int Window => 16;

    protected override bool HasOutput => false;

    protected override double NormMean => 0;

    protected override bool RotatesNeighbours => false;

    protected override (string Theirs, string Native)[] NamePieces =>
    [
        (".post_attention_layernorm.", ".post_attention_norm."), (".pre_feedforward_layernorm.", ".ffn_norm."),
        (".post_feedforward_layernorm.", ".post_ffw_norm."), .. base.NamePieces,
    ];

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>(base.Config().Where(field => !Absent.Contains(field.Key)))
    {
        ["hidden_activation"] = "\"gelu_pytorch_tanh\"",
        ["query_pre_attn_scalar"] = $"{HeadLength}",
        ["sliding_window"] = $"{Window}",
    };

    /// <summary>llama.cpp multiplies with w as it stands.</summary>
    public override IEnumerable<ModelTensor> NativeTensors() =>
        from tensor in base.NativeTensors()
        select tensor.Name.EndsWith("_norm.weight", StringComparison.Ordinal) ? tensor with { Values = [.. tensor.Values.Select(value => value + 1)] } : tensor;

    protected abstract bool HasWindow(int layer);

    protected override void DefineFeedForward(WeightMaker make, string at)
    {
        base.DefineFeedForward(make, at);
        make.Norm($"{at}.pre_feedforward_layernorm.weight", Hidden, NormMean);
        make.Norm($"{at}.post_feedforward_layernorm.weight", Hidden, NormMean);
    }

    protected override double[][] Embed(IReadOnlyList<int> tokens) => Each(base.Embed(tokens), row => Arithmetic.Scale(row, Math.Sqrt(Hidden)));

    protected override double[][] Layer(int layer, double[][] x)
    {
        string at = $"model.layers.{layer}";
        double[][] attended = Attend(layer, Each(x, row => Norm($"{at}.input_layernorm", row)));
        x = Add(x, Each(attended, row => Norm($"{at}.post_attention_layernorm", row)));
        return Add(x, Each(x, row => Norm($"{at}.post_feedforward_layernorm", Transform(at, Norm($"{at}.pre_feedforward_layernorm", row)))));
    }

    protected override double[] Norm(string name, double[] x) => Arithmetic.RmsNorm(x, [.. Row(name + ".weight").Select(weight => 1 + weight)], Epsilon);

    protected override Attention AttentionOf(int layer) => base.AttentionOf(layer) with { Window = HasWindow(layer) ? Window : int.MaxValue };

    protected override double[] Transform(string at, double[] x) =>
        GatedFeedForward($"{at}.mlp.gate_proj", $"{at}.mlp.up_proj", $"{at}.mlp.down_proj", Arithmetic.Gelu, x);
}
