namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>
/// DeepSeek V3: p = sigmoid(router x), whose chosen ones sum to 1. They are chosen by p + b: first the groups whose two largest sum to
/// most, then the experts in them.
/// </summary>
internal sealed class Deepseek3Model(TensorType type) : DeepseekModel(type, "deepseek3")
{
    private const int Groups = 4;
    private const int UsedGroups = 2;
    private const int GroupSize = 2;

    public override (string Class, string ModelType) Names => ("DeepseekV3ForCausalLM", "deepseek_v3");

    protected override int Count => Groups * GroupSize;

    protected override bool SumsToOne => true;

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>(base.Config())
    {
        ["n_group"] = $"{Groups}",
        ["scoring_func"] = "\"sigmoid\"",
        ["topk_group"] = $"{UsedGroups}",
        ["topk_method"] = "\"noaux_tc\"",
    };

    protected override IEnumerable<MetadataEntry> Routing() =>
    [
        Entry("deepseek2.expert_group_count", Groups), Entry("deepseek2.expert_group_used_count", UsedGroups),
        Entry("deepseek2.expert_gating_func", 2),
    ];

    protected override void DefineFeedForward(WeightMaker make, string at)
    {
        base.DefineFeedForward(make, at);
        if (make.Tensors.Any(tensor => tensor.Name == $"{at}.mlp.gate.weight"))
        {
            make.Bias($"{at}.mlp.gate.e_score_correction_bias", Count);
        }
    }

    protected override double[] Routed(string at, double[] x)
    {
        double[] p = [.. Linear($"{at}.mlp.gate", x).Select(Arithmetic.Sigmoid)];
        double[] scores = Arithmetic.Add(p, Row($"{at}.mlp.gate.e_score_correction_bias"));
        int[] groups = Experts.Largest([.. scores.Chunk(GroupSize).Select(group => group.OrderDescending().Take(2).Sum())], UsedGroups);
        double[] seen = [.. scores.Select((score, expert) => groups.Contains(expert / GroupSize) ? score : double.NegativeInfinity)];
        return Mix(at, p, Experts.Largest(seen, Used), x);
    }
}
