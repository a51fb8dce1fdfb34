namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>Llama with factors for the embeddings, for q·k, for what a layer adds, and a divisor for the logits.</summary>
internal sealed class GraniteModel(TensorType type) : LlamaModel($"granite-{type}", type, TinyByteLevel.Llama)
{
    private const double EmbeddingFactor = 3;
    private const double ScoreFactor = 0.5;
    private const double ResidualFactor = 0.5;
    private const double LogitDivisor = 2;

    public override string Architecture => "granite";

    public override (string Class, string ModelType) Names => ("GraniteForCausalLM", "granite");

    public override IReadOnlyDictionary<string, string> Config() =>
        new Dictionary<string, string>(base.Config().Where(field => field.Key is not ("head_dim" or "pretraining_tp")))
        {
            ["attention_multiplier"] = "0.5",
            ["embedding_multiplier"] = "3.0",
            ["logits_scaling"] = "2.0",
            ["residual_multiplier"] = "0.5",
        };

    public override IEnumerable<MetadataEntry> NativeParameters() =>
    [
        .. base.NativeParameters(),
        Entry("granite.attention.scale", (float)ScoreFactor),
        Entry("granite.embedding_scale", (float)EmbeddingFactor),
        Entry("granite.residual_scale", (float)ResidualFactor),
        Entry("granite.logit_scale", (float)LogitDivisor),
    ];

    protected override double[][] Embed(IReadOnlyList<int> tokens) =>
        Each(base.Embed(tokens), row => Arithmetic.Scale(row, EmbeddingFactor));

    protected override double[][] Layer(int layer, double[][] x)
    {
        string at = $"model.layers.{layer}";
        x = Add(x, Each(Attend(layer, Each(x, row => Norm($"{at}.input_layernorm", row))), Reduced));
        return Add(x, Each(x, row => Reduced(Transform(at, Norm($"{at}.post_attention_layernorm", row)))));
    }

    protected override Attention AttentionOf(int layer) => base.AttentionOf(layer) with { Scale = ScoreFactor };

    protected override double[] Head(double[] x) => Arithmetic.Scale(base.Head(x), 1 / LogitDivisor);

    private static double[] Reduced(double[] x) => Arithmetic.Scale(x, ResidualFactor);
}
