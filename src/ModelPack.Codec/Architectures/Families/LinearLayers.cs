using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>Qwen3-Next and Qwen3.5: every so many layers attend, the others follow a delta rule (formats/architectures, qwen35). A GGUF
/// says the interval alone.</summary>
internal static class LinearLayers
{
    private const string Linear = "linear_attention";
    private const string Full = "full_attention";
    private const string Interval = "full_attention_interval";
    private const long AbsentInterval = 4;
    private const string KeyHeads = "linear_num_key_heads";
    private const string ValueHeads = "linear_num_value_heads";
    private const string ValueWidth = "linear_value_head_dim";
    private const string InnerKey = "ssm.inner_size";
    private const string HeadsKey = "ssm.time_step_rank";

    public static void Read(ConfigReader draft)
    {
        (long keys, long values) = (draft.Require(KeyHeads), draft.Require(ValueHeads));
        long width = draft.Require(ValueWidth);
        if (keys > 0 && values % keys != 0)
        {
            throw draft.Config.Contradiction($"{draft.Config.Path(ValueHeads)} is {values}, which {KeyHeads} {keys} does not divide");
        }

        long inner = values * Math.Min(width, int.MaxValue);
        draft.Count("ssm.group_count", keys);
        draft.Count(HeadsKey, values);
        draft.Count(InnerKey, inner);
        (draft.Numbers["ssm_groups"], draft.Numbers["ssm_heads"], draft.Numbers["ssm_inner"]) = (keys, values, inner);
        draft.Numbers[ValueWidth] = width;
        if (AttentionLayers.Count(draft) is not { } layers)
        {
            return;
        }

        long interval = draft.Config.Count(Interval) ?? AbsentInterval;
        if (interval == 0)
        {
            throw draft.Config.WrongValue(Interval, "is 0");
        }

        if (AttentionLayers.Words(draft, layers, Linear, Full) is { } words)
        {
            // The list alone decides: an interval that goes with it may be missing.
            int first = Array.IndexOf(words, true);
            interval = draft.Config.Has(Interval) || first < 0 ? interval : first + 1;
            if (!words.SequenceEqual(AttentionLayers.Periodic(layers, interval, interval - 1)))
            {
                draft.Obstruct($"layer_types does not say '{Full}' for each {interval}th layer alone");
            }
        }

        draft.Count(Interval, interval);
    }

    public static void Write(ConfigWriter config)
    {
        long? keys = config.RequireCount("ssm.group_count", KeyHeads);
        long? values = config.RequireCount(HeadsKey, ValueHeads);
        long? inner = config.RequireCount(InnerKey, field: null);
        long interval = config.OptionalCount(Interval) ?? AbsentInterval;
        if (keys is null || values is null || inner is null || interval == 0)
        {
            config.Refuse($"{config.Key(Interval)} is {interval}");
            return;
        }

        if (inner % values != 0 || values % keys != 0)
        {
            config.Refuse($"{config.Key(InnerKey)} is {inner}, {config.Key(HeadsKey)} {values}: these do not go with {keys} groups");
            return;
        }

        config.Fields.Set(ValueWidth, inner.Value / values.Value);
        config.Fields.Set(Interval, interval);
        config.Numbers[ValueWidth] = inner.Value / values.Value;
        (config.Numbers["ssm_groups"], config.Numbers["ssm_heads"], config.Numbers["ssm_inner"]) = (keys.Value, values.Value, inner.Value);
        if (AttentionLayers.Count(config) is { } layers)
        {
            AttentionLayers.SetWords(config, AttentionLayers.Periodic(layers, interval, interval - 1), Linear, Full);
        }
    }
}
