using System.Globalization;
using ModelPack.Formats.Gguf;

namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>Olmo 3 for a longer context by YaRN, in the layers without a window alone. What is rotated is multiplied by m = 1 + ln(factor)
/// / 10.</summary>
internal sealed class YarnOlmo3Model(TensorType type, string label, double fastTurns, double multiplier) : Olmo3Model(type, label)
{
    private const double Factor = 8;
    private const double SlowTurns = 1;
    private const int OriginalContext = 1024;
    private const double UsualTurns = 32;

    private static readonly double UsualMultiplier = 1 + (0.1 * Math.Log(Factor));

    public YarnOlmo3Model(TensorType type)
        : this(type, "olmo3-yarn", UsualTurns, UsualMultiplier)
    {
    }

    /// <summary>Frequencies that stay the same by another measure.</summary>
    public static YarnOlmo3Model WithTurns(double turns) => new(TensorType.F32, "olmo3-turns", turns, UsualMultiplier);

    /// <summary>Another m.</summary>
    public static YarnOlmo3Model WithMultiplier(double multiplier) => new(TensorType.F32, "olmo3-multiplier", UsualTurns, multiplier);

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>(base.Config())
    {
        ["rope_scaling"] = $$"""
            {
                "attention_factor": {{multiplier.ToString(CultureInfo.InvariantCulture)}},
                "beta_fast": {{fastTurns}},
                "beta_slow": 1,
                "factor": 8.0,
                "original_max_position_embeddings": {{OriginalContext}},
                "rope_type": "yarn"
              }
            """,
    };

    public override IEnumerable<MetadataEntry> NativeParameters() =>
    [
        .. base.NativeParameters(),
        new("olmo2.rope.scaling.type", GgufValue.FromString("yarn")),
        Entry("olmo2.rope.scaling.factor", (float)Factor),
        Entry("olmo2.rope.scaling.original_context_length", OriginalContext),
        Entry("olmo2.rope.scaling.yarn_attn_factor", (float)multiplier),
        Entry("olmo2.rope.scaling.yarn_beta_fast", (float)fastTurns),
        Entry("olmo2.rope.scaling.yarn_beta_slow", (float)SlowTurns),
    ];

    protected override Attention AttentionOf(int layer)
    {
        Attention plain = base.AttentionOf(layer);
        return HasWindow(layer) ? plain : plain with { Scale = plain.Scale * multiplier * multiplier };
    }

    protected override double[] Frequencies(int layer) =>
        HasWindow(layer)
        ? base.Frequencies(layer)
        : Arithmetic.YarnFrequencies(Theta, HeadLength, Factor, OriginalContext, fastTurns, SlowTurns);
}
