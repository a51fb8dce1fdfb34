namespace ModelPack.Interop.Tests.Models.Architectures;

/// <summary>DeepSeek V2 as the large one is: the experts are chosen in the groups whose largest p is largest.</summary>
internal sealed class LimitedDeepseekModel() : DeepseekModel(TensorType.F32, "deepseek2-limited")
{
    private const int Groups = 4;
    private const int UsedGroups = 2;
    private const int GroupSize = 4;

    protected override int Count => Groups * GroupSize;

    public override IReadOnlyDictionary<string, string> Config() => new Dictionary<string, string>(base.Config())
    {
        ["n_group"] = $"{Groups}",
        ["topk_group"] = $"{UsedGroups}",
        ["topk_method"] = "\"group_limited_greedy\"",
    };

    protected override IEnumerable<MetadataEntry> Routing() =>
    [
        Entry("deepseek2.expert_group_count", Groups), Entry("deepseek2.expert_group_used_count", UsedGroups),
        Entry("deepseek2.expert_gating_func", 1),
    ];

    protected override double[] Routed(string at, double[] x)
    {
        double[] p = Arithmetic.Softmax(Linear($"{at}.mlp.gate", x));
        int[] groups = Experts.Largest([.. p.Chunk(GroupSize).Select(group => group.Max())], UsedGroups);
        return Mix(at, p, Experts.Largest([.. p.Select((value, expert) => groups.Contains(expert / GroupSize) ? value : 0)], Used), x);
    }
}
