using ModelPack.Formats.Gguf;

namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>DeepSeek V2 for a longer context by YaRN. Scores are multiplied by m² with m = 1 + mscale ln(factor) / 10.</summary>
internal sealed class YarnDeepseekModel(TensorType type) : DeepseekModel(type, "deepseek2-yarn")
{
    private const double Factor = 4;
    private const double FastTurns = 32;
    private const double SlowTurns = 1;
    private const double Mscale = 0.75;
    private const int OriginalContext = 32;

    // With these four frequencies the first stays, the second is mixed, the others are divided.
    protected override double Theta => 100;

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>(base.Config())
    {
        ["rope_scaling"] = $$"""
            {
                "beta_fast": 32,
                "beta_slow": 1,
                "factor": 4,
                "mscale": 0.75,
                "mscale_all_dim": 0.75,
                "original_max_position_embeddings": {{OriginalContext}},
                "rope_type": "yarn"
              }
            """,
    };

    public override IEnumerable<MetadataEntry> NativeParameters() =>
    [
        .. base.NativeParameters(),
        new("deepseek2.rope.scaling.type", GgufValue.FromString("yarn")),
        Entry("deepseek2.rope.scaling.factor", (float)Factor),
        Entry("deepseek2.rope.scaling.original_context_length", OriginalContext),
        Entry("deepseek2.rope.scaling.yarn_beta_fast", (float)FastTurns),
        Entry("deepseek2.rope.scaling.yarn_beta_slow", (float)SlowTurns),
        Entry("deepseek2.rope.scaling.yarn_log_multiplier", (float)(0.1 * Mscale)),
    ];

    protected override Attention AttentionOf(int layer)
    {
        Attention plain = base.AttentionOf(layer);
        return plain with { Scale = plain.Scale * Math.Pow(1 + (0.1 * Mscale * Math.Log(Factor)), 2) };
    }

    protected override double[] Frequencies(int layer) =>
        Arithmetic.YarnFrequencies(Theta, Rotary, Factor, OriginalContext, FastTurns, SlowTurns);
}
