namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>
/// What Gemma 2 and 3 add: norms before and behind each part (x += n₂(attention(n₁(x))); x += n₄(feedForward(n₃(x)))), and layers that see
/// a window.
/// </summary>
internal abstract class GemmaFamilyModel(TensorType type, string label) : GemmaBaseModel(type, label)
{
    /// <summary>Shorter than the prompt, so that it matters.</summary>
    protected static int Window => 16;

    protected override (string Theirs, string Native)[] NamePieces =>
    [
        (".post_attention_layernorm.", ".post_attention_norm."), (".pre_feedforward_layernorm.", ".ffn_norm."),
        (".post_feedforward_layernorm.", ".post_ffw_norm."), .. base.NamePieces,
    ];

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>(base.Config())
    {
        ["query_pre_attn_scalar"] = $"{HeadLength}",
        ["sliding_window"] = $"{Window}",
    };

    protected abstract bool HasWindow(int layer);

    protected override void DefineFeedForward(WeightMaker make, string at)
    {
        base.DefineFeedForward(make, at);
        make.Norm($"{at}.pre_feedforward_layernorm.weight", Hidden, NormMean);
        make.Norm($"{at}.post_feedforward_layernorm.weight", Hidden, NormMean);
    }

    protected override double[][] Layer(int layer, double[][] x)
    {
        string at = $"model.layers.{layer}";
        double[][] attended = Attend(layer, Each(x, row => Norm($"{at}.input_layernorm", row)));
        x = Add(x, Each(attended, row => Norm($"{at}.post_attention_layernorm", row)));
        return Add(
            x, Each(x, row => Norm($"{at}.post_feedforward_layernorm", Transform(at, Norm($"{at}.pre_feedforward_layernorm", row)))));
    }

    protected override Attention AttentionOf(int layer) =>
        base.AttentionOf(layer) with { Window = HasWindow(layer) ? Window : int.MaxValue };
}
