namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>Llama under another class, without a sliding window.</summary>
internal class MistralModel(TensorType type, string label) : LlamaModel($"{label}-{type}", type, TinyByteLevel.Llama)
{
    private static readonly string[] Absent = ["attention_bias", "mlp_bias", "pretraining_tp", "rope_scaling"];

    public MistralModel(TensorType type)
        : this(type, "mistral")
    {
    }

    public override (string Class, string ModelType) Names => ("MistralForCausalLM", "mistral");

    protected override double Theta => 1000000;

    public override IReadOnlyDictionary<string, string> Config() =>
        new Dictionary<string, string>(base.Config().Where(field => !Absent.Contains(field.Key))) { ["sliding_window"] = "null" };
}
