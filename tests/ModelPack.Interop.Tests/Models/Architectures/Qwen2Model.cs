namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>Llama with biases on q, k and v, tied embeddings, and no reordered rows.</summary>
internal class Qwen2Model(TensorType type, string label) : LlamaModel($"{label}-{type}", type, TinyByteLevel.Qwen)
{
    private static readonly string[] Absent = ["attention_bias", "head_dim", "mlp_bias", "pretraining_tp"];

    public Qwen2Model(TensorType type)
        : this(type, "qwen2")
    {
    }

    public override string Architecture => "qwen2";

    public override (string Class, string ModelType) Names => ("Qwen2ForCausalLM", "qwen2");

    protected override double Theta => 1000000;

    protected override bool HasOutput => false;

    protected override bool HasProjectionBias => true;

    protected override bool RotatesNeighbours => false;

    public override IReadOnlyDictionary<string, string> Config() =>
        new Dictionary<string, string>(base.Config().Where(field => !Absent.Contains(field.Key)))
    {
        ["max_window_layers"] = $"{Layers}",
        ["sliding_window"] = "null",
        ["use_sliding_window"] = "false",
    };
}
