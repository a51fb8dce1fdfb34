using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.Tensors;

namespace ModelPack.Architectures.Families;

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
    private const string Corrected = "noaux_tc";
    private const string GatingKey = "expert_gating_func";
    private const string NormKey = "expert_weights_norm";
    private const string Norm = "norm_topk_prob";
    private const string GroupsKey = "expert_group_count";
    private const string UsedGroupsKey = "expert_group_used_count";
    private const string BiasEnding = ".exp_probs_b.bias";
    private const uint Softmax = 1;
    private const uint Sigmoid = 2;

    /// <summary>The keys of V2: p = softmax(router x), the largest ones.</summary>
    public static void Second(ConfigReader draft)
    {
        ConfigObject config = draft.Config;
        draft.Allow("scoring_func", "softmax");
        draft.Allow(Norm, flag: false, absent: false);
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
        draft.Count(GatingKey, Softmax);
    }

    /// <summary>The keys of V3: p = sigmoid(router x), chosen by p + b in the groups whose two best ones sum to most.</summary>
    public static void Third(ConfigReader draft)
    {
        draft.RequireField(Norm);
        Sigmoids(draft, draft.Require(Groups), draft.Require(UsedGroups), isNormed: false);
    }

    /// <summary>The same for GLM, whose classes have defaults.</summary>
    public static void Glm(ConfigReader draft) =>
        Sigmoids(draft, draft.Config.Count(Groups) ?? 1, draft.Config.Count(UsedGroups) ?? 1, isNormed: true);

    private static void Sigmoids(ConfigReader draft, long groups, long used, bool isNormed)
    {
        draft.Allow("scoring_func", "sigmoid");
        draft.Allow(Method, Corrected);
        if (draft.Config.Bool(Norm) ?? isNormed)
        {
            draft.Flag(NormKey, true);
        }

        bool isLimited = draft.Obstacles.Count == 0 && IsLimited(draft, groups, used);
        if (isLimited && draft.Obstacles.Count == 0)
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
        draft.Count(GatingKey, Sigmoid);
    }

    /// <summary>Whether a GGUF says that its router takes the sigmoid.</summary>
    public static bool IsSigmoid(Derivation derivation, string architecture) =>
        derivation.Keys.Count($"{architecture}.{GatingKey}") is { IsRead: true } gating
            ? gating.Value == Sigmoid
            : Bias(derivation) is not null;

    /// <summary>Whether a GGUF is of GLM-4.7-Flash: its tokenizer is GLM's, and llama.cpp's converter writes it without the key, which the
    /// runtime knows by the model's size. No class of this architecture has the bias with softmax.</summary>
    public static bool IsGlm(Derivation derivation, string architecture) =>
        derivation.Keys.Text("tokenizer.ggml.pre") is { IsRead: true, Value: "glm4" }
        || (derivation.Keys.Count($"{architecture}.{GatingKey}").IsAbsent && Bias(derivation) is not null);

    public static void Second(ConfigWriter config)
    {
        Gating(config, Softmax, "softmax", "DeepseekV2ForCausalLM");
        if (config.OptionalBool(NormKey) == true)
        {
            config.Refuse($"{config.Key(NormKey)} is true, which DeepseekV2ForCausalLM does not compute");
        }

        config.Fields.Set(Norm, false);
        (long? groups, long? used) = GroupsOf(config);
        if (groups is not null)
        {
            config.Fields.Set(Groups, groups.Value);
        }

        if (used is not null)
        {
            config.Fields.Set(UsedGroups, used.Value);
        }

        if (groups > 1)
        {
            config.Fields.Set(Method, Limited);
            config.Note(
                "topk_method is a guess: there are groups, and the class knows no other method with groups; it goes by the best expert of "
                    + "a group, the runtime by the two best", NoteRank.ChangesResults);
        }
        else
        {
            config.Fields.Set(Method, Greedy);
        }
    }

    // The classes have groups of their own when the config states none; the runtime has none.
    public static void Third(ConfigWriter config)
    {
        Gating(config, Sigmoid, "sigmoid", "DeepseekV3ForCausalLM");
        config.Fields.Set(Norm, config.OptionalBool(NormKey) ?? false);
        (long? groups, long? used) = GroupsOf(config);
        config.Fields.Set(Groups, groups ?? 1);
        config.Fields.Set(UsedGroups, used ?? 1);
        config.Fields.Set(Method, Corrected);
    }

    private static void Gating(ConfigWriter config, long expected, string word, string modelClass)
    {
        long? stated = config.OptionalCount(GatingKey);
        TensorInfo? bias = Bias(config.Derivation);
        if (stated is not (null or Softmax or Sigmoid))
        {
            config.Refuse($"{config.Key(GatingKey)} is {stated}, neither {Softmax} (softmax) nor {Sigmoid} (sigmoid)");
        }
        else if (stated == Softmax && bias is not null)
        {
            config.Refuse(
                $"{config.Key(GatingKey)} is {Softmax} (softmax), but there is a tensor {bias.Name}, which goes with {Sigmoid} (sigmoid) "
                    + $"in DeepseekV3ForCausalLM");
        }
        else if (stated is null && bias is not null)
        {
            config.Note(
                $"scoring_func: {config.Key(GatingKey)} is missing, but there is a bias for choosing experts, which goes with sigmoid");
        }
        else if (stated is not null && stated != expected)
        {
            config.Refuse($"{config.Key(GatingKey)} is {stated}, but {modelClass} takes the {word}");
        }

        config.Fields.Set("scoring_func", word);
    }

    private static (long? Groups, long? Used) GroupsOf(ConfigWriter config)
    {
        long? groups = config.OptionalCount(GroupsKey);
        long? used = config.OptionalCount(UsedGroupsKey);
        if (groups is null != used is null)
        {
            config.Refuse($"{config.Key(groups is null ? GroupsKey : UsedGroupsKey)} is missing");
        }

        return (groups, used);
    }

    private static TensorInfo? Bias(Derivation derivation) => derivation.Tensors.FirstOrDefault(
        tensor => tensor.Name.EndsWith(BiasEnding, StringComparison.Ordinal));

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

        draft.Count(GroupsKey, isLimited ? groups : 1);
        draft.Count(UsedGroupsKey, isLimited ? used : 1);
    }
}
