namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>Scores and logits go through c · tanh(x / c); every other layer, from the first, sees a window.</summary>
internal sealed class Gemma2Model(TensorType type) : GemmaFamilyModel(type, "gemma2")
{
    private const double ScoreCap = 50;
    private const double LogitCap = 30;

    public override string Architecture => "gemma2";

    public override (string Class, string ModelType) Names => ("Gemma2ForCausalLM", "gemma2");

    public override IReadOnlyDictionary<string, string> Config() =>
        new Dictionary<string, string>(base.Config()) { ["attn_logit_softcapping"] = "50.0", ["final_logit_softcapping"] = "30.0" };

    // The base of the rotation is not written for this architecture (hf-companions.md §1.1).
    public override IEnumerable<MetadataEntry> NativeParameters() =>
    [
        .. base.NativeParameters().Where(entry => entry.Key != "gemma2.rope.freq_base"),
        Entry("gemma2.attn_logit_softcapping", (float)ScoreCap),
        Entry("gemma2.final_logit_softcapping", (float)LogitCap),
        Entry("gemma2.attention.sliding_window", Window),
    ];

    protected override bool HasWindow(int layer) => layer % 2 == 0;

    protected override Attention AttentionOf(int layer) => base.AttentionOf(layer) with { SoftCap = ScoreCap };

    protected override double[] Head(double[] x) => [.. base.Head(x).Select(logit => Arithmetic.SoftCap(logit, LogitCap))];
}
