using ModelPack.Formats.Gguf;

namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>Olmo 3: three layers with a window are followed by one without.</summary>
internal class Olmo3Model(TensorType type, string label = "olmo3") : Olmo2Model(type, label)
{
    /// <summary>Shorter than the prompt, so that it matters.</summary>
    private const int Window = 16;

    public override (string Class, string ModelType) Names => ("Olmo3ForCausalLM", "olmo3");

    public override int Layers => 5;

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>(base.Config())
    {
        ["layer_types"] = $"[{string.Join(", ", Pattern.Select(window => window ? "\"sliding_attention\"" : "\"full_attention\""))}]",
        ["sliding_window"] = $"{Window}",
    };

    public override IEnumerable<MetadataEntry> NativeParameters() =>
    [
        .. base.NativeParameters(), Entry("olmo2.attention.sliding_window", Window),
        new("olmo2.attention.sliding_window_pattern", GgufValue.FromArray<bool>([.. Pattern])),
    ];

    protected virtual bool HasWindow(int layer) => layer % 4 != 3;

    protected override Attention AttentionOf(int layer) =>
        base.AttentionOf(layer) with { Window = HasWindow(layer) ? Window : int.MaxValue };

    private IEnumerable<bool> Pattern => Enumerable.Range(0, Layers).Select(HasWindow);
}
