using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Rules;

/// <summary>
/// How DeepSeek chooses experts (hf-companions.md §1.1, §1.3). Runtimes choose among groups of experts by the two best ones of each, as V3
/// does. V2 goes by the best one alone, for which there is no key.
/// </summary>
internal static class DeepseekRouting
{
    private const string Groups = "n_group";
    private const string UsedGroups = "topk_group";
    private const string Method = "topk_method";
    private const string Greedy = "greedy";
    private const string Limited = "group_limited_greedy";
    private const uint Softmax = 1;
    private const uint Sigmoid = 2;

    /// <summary>The keys of V2: p = softmax(router x), the largest ones.</summary>
    public static void Second(ConfigReader draft)
    {
        ConfigObject config = draft.Config;
        draft.Allow("scoring_func", "softmax");
        draft.Allow("norm_topk_prob", flag: false, absent: false);
        draft.Allow(Method, Greedy, Limited);
        long? groups = config.Count(Groups);
        long? used = config.Count(UsedGroups);
        string? method = config.Text(Method);
        if (method == Limited && (groups is null || used is null))
        {
            draft.Obstruct($"{Method} is '{Limited}', but {(groups is null ? Groups : UsedGroups)} is missing");
        }
        else if (method == Limited && IsLimited(draft, groups!.Value, used!.Value))
        {
            draft.Obstruct(
                $"{Method} is '{Limited}' with {Groups} {groups} and {UsedGroups} {used}: the class goes by the best expert of a group, "
                    + $"the runtime by the two best");
        }
        else if (method is null && used < groups)
        {
            draft.Obstruct($"{Method} is missing, so that {Groups} {groups} and {UsedGroups} {used} may count or not");
        }

        Write(draft, groups, used, isLimited: false);
        draft.Count("expert_gating_func", Softmax);
    }

    /// <summary>The keys of V3: p = sigmoid(router x), chosen by p + b in the groups whose two best ones sum to most.</summary>
    public static void Third(ConfigReader draft)
    {
        draft.Allow("scoring_func", "sigmoid");
        draft.Allow(Method, "noaux_tc");
        long groups = draft.Require(Groups);
        long used = draft.Require(UsedGroups);
        draft.RequireField("norm_topk_prob");
        bool isLimited = draft.Obstacles.Count == 0 && IsLimited(draft, groups, used);
        if (isLimited)
        {
            long size = draft.Require("n_routed_experts") / groups;
            long chosen = draft.Require("num_experts_per_tok");
            if (size < 2 || chosen > used * size)
            {
                throw draft.Config.Contradiction(
                    $"{draft.Config.Path(Groups)} is {groups}, which makes groups of {size} experts: " + (size < 2
                    ? "the class goes by the two best of each"
                    : $"{UsedGroups} {used} leaves {used * size} of them, but num_experts_per_tok is {chosen}"));
            }
        }

        Write(draft, groups, used, isLimited);
        draft.Count("expert_gating_func", Sigmoid);
    }

    private static bool IsLimited(ConfigReader draft, long groups, long used)
    {
        ConfigObject config = draft.Config;
        long experts = draft.Require("n_routed_experts");
        return used > groups ? throw config.Contradiction($"{config.Path(UsedGroups)} is {used}, but {Groups} is {groups}")
            : groups == 0 || experts % groups != 0
            ? throw config.Contradiction($"{config.Path(Groups)} is {groups}, which does not divide n_routed_experts {experts}")
            : used < groups;
    }

    // Groups that leave all experts to choose from are none: llama.cpp refuses to load a file whose groups are all chosen.
    private static void Write(ConfigReader draft, long? groups, long? used, bool isLimited)
    {
        if (groups is null && used is null)
        {
            return;
        }

        if (!isLimited && (groups, used) is not (1, 1))
        {
            draft.Note($"{Groups} and {UsedGroups} leave all experts to choose from, and are written as 1", NoteRank.WithoutEffect);
        }

        draft.Count("expert_group_count", isLimited ? groups : 1);
        draft.Count("expert_group_used_count", isLimited ? used : 1);
    }
}
