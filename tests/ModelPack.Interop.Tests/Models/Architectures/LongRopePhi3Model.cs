using System.Globalization;

namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>
/// Phi-3 for a longer context: f' = f / factor, with one list of factors for texts within the original context and another for longer ones,
/// and rotated queries and keys times √(1 + ln(context / original) / ln(original)).
/// </summary>
/// <param name="type">The type of the tensors in the folder.</param>
/// <param name="label">The label.</param>
/// <param name="originalContext">
/// transformers goes by the length of the text, llama.cpp by the length that it is prepared for: both must be longer than this, or neither.
/// </param>
/// <param name="isLong">True if both are.</param>
internal sealed class LongRopePhi3Model(TensorType type, string label, int originalContext, bool isLong) : Phi3Model(type, label)
{
    public override int Context => 4 * OriginalContext;

    protected override int OriginalContext => originalContext;

    private double[] LongFactors => [.. Enumerable.Range(0, HeadLength / 2).Select(j => 1 + (0.5 * j))];

    private double[] ShortFactors => [.. Enumerable.Range(0, HeadLength / 2).Select(j => 1 + (0.125 * j))];

    private double AttentionFactor => Math.Sqrt(1 + (Math.Log((double)Context / OriginalContext) / Math.Log(OriginalContext)));

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>(base.Config())
    {
        ["rope_scaling"] = $$"""
            {
                "long_factor": [{{Items(LongFactors)}}],
                "short_factor": [{{Items(ShortFactors)}}],
                "type": "longrope"
              }
            """,
    };

    public override IEnumerable<MetadataEntry> NativeParameters() =>
        [.. base.NativeParameters(), Entry("phi3.rope.scaling.attn_factor", (float)AttentionFactor)];

    public override IEnumerable<ModelTensor> NativeTensors() =>
    [
        Factors("rope_factors_long.weight", LongFactors),
        Factors("rope_factors_short.weight", ShortFactors),
        .. base.NativeTensors(),
    ];

    protected override double[] Frequencies(int layer) =>
        [.. base.Frequencies(layer).Zip(isLong ? LongFactors : ShortFactors, (frequency, factor) => frequency / factor)];

    protected override double[] Query(string at, double[] x) => Arithmetic.Scale(base.Query(at, x), AttentionFactor);

    protected override double[] Key(string at, double[] x) => Arithmetic.Scale(base.Key(at, x), AttentionFactor);

    private static ModelTensor Factors(string name, double[] factors) =>
        new(name, [factors.Length], [.. factors.Select(factor => (float)factor)]);

    private static string Items(double[] factors) =>
        string.Join(", ", factors.Select(factor => factor.ToString(CultureInfo.InvariantCulture)));
}
