using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>State-space mixers of the first kind: their width and the rank of their steps (formats/architectures, mamba and
/// jamba).</summary>
internal static class MambaSizes
{
    private const string InnerKey = "ssm.inner_size";
    private const string RankKey = "ssm.time_step_rank";
    private const string Hidden = "hidden_size";
    private const string HiddenKey = "embedding_length";
    private const int ColumnsOfRank = 16;
    private const long AbsentExpand = 2;

    /// <summary>What mamba's classes call them.</summary>
    public static RulePart Mamba { get; } = Of(["intermediate_size", "d_inner"], "expand", ["time_step_rank", "dt_rank"], isDouble: true);

    /// <summary>What Jamba calls them.</summary>
    public static RulePart Jamba { get; } = Of([], "mamba_expand", ["mamba_dt_rank"], isDouble: false);

    private static RulePart Of(string[] innerFields, string expand, string[] rankFields, bool isDouble) =>
        new(draft => Read(draft, innerFields, expand, rankFields, isDouble), config => Write(config, innerFields, expand, rankFields));

    private static void Read(ConfigReader draft, string[] innerFields, string expand, string[] rankFields, bool isDouble)
    {
        ConfigObject config = draft.Config;
        long hidden = draft.Numbers.GetValueOrDefault(Hidden);
        long inner = config.FirstOf(innerFields) is { } field
            ? config.Count(field)!.Value
            : Math.Min(config.Count(expand) ?? AbsentExpand, uint.MaxValue) * Math.Min(hidden, int.MaxValue);
        if (isDouble && inner != 2 * hidden)
        {
            draft.Obstruct($"{config.FirstOf(innerFields) ?? expand} makes {inner} of {Hidden} {hidden}; the runtime takes twice as many");
        }

        string? stated = config.FirstOf(rankFields);
        long rank = stated is null || config.IsWord(stated, "auto")
            ? (hidden + ColumnsOfRank - 1) / ColumnsOfRank
            : draft.Require(stated);
        draft.Count(InnerKey, inner);
        draft.Count(RankKey, rank);
        (draft.Numbers["ssm_inner"], draft.Numbers["ssm_rank"]) = (inner, rank);
    }

    private static void Write(ConfigWriter config, string[] innerFields, string expand, string[] rankFields)
    {
        if (config.RequireCount(InnerKey, innerFields.FirstOrDefault()) is not { } inner
            || config.RequireCount(RankKey, rankFields[0]) is not { } rank)
        {
            return;
        }

        (config.Numbers["ssm_inner"], config.Numbers["ssm_rank"]) = (inner, rank);
        if (config.OptionalCount(HiddenKey) is > 0 and { } hidden && inner % hidden == 0)
        {
            config.Fields.Set(expand, inner / hidden);
        }
        else
        {
            config.Refuse($"{config.Key(InnerKey)} is {inner}, no multiple of {config.Key(HiddenKey)}");
        }
    }
}
