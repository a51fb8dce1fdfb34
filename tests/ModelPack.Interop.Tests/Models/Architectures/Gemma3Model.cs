namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>Heads of q and k go through norms; five layers with a window and their own rotation are followed by one without.</summary>
internal sealed class Gemma3Model(TensorType type) : GemmaFamilyModel(type, "gemma3")
{
    private const double LocalTheta = 10000;

    public override string Architecture => "gemma3";

    public override (string Class, string ModelType) Names => ("Gemma3ForCausalLM", "gemma3_text");

    public override int Layers => 7;

    protected override double Theta => 1000000;

    protected override (string Theirs, string Native)[] NamePieces =>
        [(".self_attn.q_norm.", ".attn_q_norm."), (".self_attn.k_norm.", ".attn_k_norm."), .. base.NamePieces];

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>(base.Config())
    {
        ["attn_logit_softcapping"] = "null",
        ["final_logit_softcapping"] = "null",
        ["rope_local_base_freq"] = "10000.0",
        ["rope_scaling"] = "null",
        ["sliding_window_pattern"] = "6",
    };

    public override IEnumerable<MetadataEntry> NativeParameters() =>
        [.. base.NativeParameters(), Entry("gemma3.attention.sliding_window", Window),
            Entry("gemma3.rope.freq_base_swa", (float)LocalTheta)];

    protected override bool HasWindow(int layer) => layer % 6 != 5;

    protected override double[] Frequencies(int layer) =>
        HasWindow(layer) ? Arithmetic.RotaryFrequencies(LocalTheta, HeadLength) : base.Frequencies(layer);

    protected override void DefineAttention(WeightMaker make, string at)
    {
        base.DefineAttention(make, at);
        make.Norm($"{at}.self_attn.q_norm.weight", HeadLength, NormMean);
        make.Norm($"{at}.self_attn.k_norm.weight", HeadLength, NormMean);
    }

    protected override double[] Query(string at, double[] x) => NormHeads($"{at}.self_attn.q_norm", base.Query(at, x));

    protected override double[] Key(string at, double[] x) => NormHeads($"{at}.self_attn.k_norm", base.Key(at, x));

    private double[] NormHeads(string name, double[] heads) => [.. heads.Chunk(HeadLength).SelectMany(head => Norm(name, head))];
}
