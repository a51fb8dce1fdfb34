namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>What all of Gemma share: embeddings times √hidden, norms with the weight 1 + w, GELU, tied embeddings.</summary>
internal abstract class GemmaBaseModel(TensorType type, string label) : LlamaModel($"{label}-{type}", type, TinyByteLevel.Llama)
{
    private static readonly string[] Absent = ["hidden_act", "mlp_bias", "pretraining_tp", "rope_scaling"];

    public override double Tolerance => Math.Max(base.Tolerance, Tolerances.GeluTable);

    public override int HeadLength => 32;

    protected override bool HasOutput => false;

    protected override double NormMean => 0;

    protected override bool RotatesNeighbours => false;

    public override IReadOnlyDictionary<string, string> Config() =>
        new Dictionary<string, string>(base.Config().Where(field => !Absent.Contains(field.Key)))
    {
        ["hidden_activation"] = "\"gelu_pytorch_tanh\"",
    };

    /// <summary>llama.cpp multiplies with w as it stands.</summary>
    public override IEnumerable<ModelTensor> NativeTensors() =>
        from tensor in base.NativeTensors()
        select tensor.Name.EndsWith("_norm.weight", StringComparison.Ordinal)
        ? tensor with { Values = [.. tensor.Values.Select(value => value + 1)] }
        : tensor;

    protected override double[][] Embed(IReadOnlyList<int> tokens) =>
        Each(base.Embed(tokens), row => Arithmetic.Scale(row, Math.Sqrt(Hidden)));

    protected override double[] Norm(string name, double[] x) =>
        Arithmetic.RmsNorm(x, [.. Row(name + ".weight").Select(weight => 1 + weight)], Epsilon);

    protected override double[] Transform(string at, double[] x) =>
        GatedFeedForward($"{at}.mlp.gate_proj", $"{at}.mlp.up_proj", $"{at}.mlp.down_proj", Arithmetic.Gelu, x);
}
