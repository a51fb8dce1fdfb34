using ModelPack.Architectures.Rules;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Families;

/// <summary>Attention through a latent of low rank, in its absorbed form: one key head (hf-companions.md §1.3, deepseek2).</summary>
internal static class LatentAttention
{
    private const double YarnLogFactor = 0.1;
    private const string QueryRank = "q_lora_rank";
    private const string QueryRankKey = "attention.q_lora_rank";
    private const string Rank = "kv_lora_rank";
    private const string RankKey = "attention.kv_lora_rank";
    private const string Plain = "qk_nope_head_dim";
    private const string Value = "v_head_dim";
    private const string Rotary = "qk_rope_head_dim";
    private const string RotaryKey = "rope.dimension_count";
    private const string KeyLength = "attention.key_length";
    private const string ValueLength = "attention.value_length";
    private const string KeyMla = "attention.key_length_mla";
    private const string ValueMla = "attention.value_length_mla";
    private const string YarnKey = "rope.scaling.yarn_log_multiplier";

    public static void Read(ConfigReader draft)
    {
        ReadWidths(draft);
        draft.Count(ValueLength, draft.Numbers[Rank]);

        // The runtime rotates neighbours, as the class does unless its config says otherwise.
        draft.Allow("rope_interleave", flag: true, absent: true);
        RopeSettings rope = RopeSettings.Read(draft);
        RopeKeys.RequireWholeHead(draft, rope);
        RopeKeys.Write(draft, rope, hasLogMultiplier: true);
        if (rope.Type == "yarn")
        {
            YarnScale(draft, rope.Scaling!);
        }

    }

    /// <summary>The widths of the parts of a head.</summary>
    public static void ReadWidths(ConfigReader draft)
    {
        long latent = Size(draft, Rank);
        long rotary = Size(draft, Rotary);
        long plain = Size(draft, Plain);
        long value = Size(draft, Value);
        if (draft.Config.Count(QueryRank) is { } queryRank)
        {
            draft.Numbers[QueryRank] = queryRank;
            draft.Count(QueryRankKey, queryRank);
        }

        draft.Count(RankKey, latent);
        draft.Count(KeyLength, latent + rotary);
        draft.Count(KeyMla, plain + rotary);
        draft.Count(ValueMla, value);
        draft.Count(RotaryKey, rotary);
    }

    public static void Write(ConfigWriter config)
    {
        config.RopeBase();
        config.RopeScalingField(rotary: null);
        if (config.OptionalText("rope.scaling.type") == "yarn" && config.OptionalFloat(YarnKey) is not { Value: not 0 })
        {
            config.Refuse(
                $"{config.Key(YarnKey)} is missing or 0, without which the runtime scales attention in another way than the class");
        }

        // The absorbed form counts one key head; the class counts as many as there are queries.
        if (config.OptionalCount("attention.head_count", perLayer: true) is { } heads)
        {
            config.Fields.Set("num_key_value_heads", heads);
        }

        WriteWidths(config, isValueLatent: true);
    }

    /// <summary>The same from keys.</summary>
    /// <param name="config">The config.</param>
    /// <param name="isValueLatent">Whether a key says that values are as wide as the latent.</param>
    public static void WriteWidths(ConfigWriter config, bool isValueLatent)
    {
        if (config.OptionalCount(QueryRankKey) is { } rank)
        {
            config.Fields.Set(QueryRank, rank);
            config.Numbers[QueryRank] = rank;
        }
        else
        {
            config.Fields.SetNull(QueryRank);
        }

        long? latent = config.RequireCount(RankKey, Rank);
        long? rotary = config.RequireCount(RotaryKey, Rotary);
        bool absorbed = config.OptionalCount(KeyMla) is not null;
        string keyName = absorbed ? KeyMla : KeyLength;
        long? key = config.RequireCount(keyName, field: null);
        long? value = config.RequireCount(absorbed ? ValueMla : ValueLength, Value);
        if (absorbed && latent is not null && rotary is not null)
        {
            config.RequireSameDimension(KeyLength, latent.Value + rotary.Value);
            if (isValueLatent)
            {
                config.RequireSameDimension(ValueLength, latent.Value);
            }
        }

        if (key is not null && rotary is not null && key <= rotary)
        {
            config.Refuse($"{config.Key(keyName)} is {key}, but {config.Key(RotaryKey)} {rotary}");
        }
        else if (key is not null && rotary is not null)
        {
            config.Fields.Set(Plain, key.Value - rotary.Value);
            config.Numbers[Plain] = key.Value - rotary.Value;
        }

        foreach ((string field, long? width) in (ReadOnlySpan<(string, long?)>)[(Rank, latent), (Rotary, rotary), (Value, value)])
        {
            if (width is { } known)
            {
                config.Numbers[field] = known;
            }
        }
    }

    /// <summary>llama.cpp tells a model without a rank for queries by its layers.</summary>
    public static void NoteQueries(ConfigReader draft)
    {
        long? rank = draft.Config.Count(QueryRank);
        long layers = draft.Numbers.GetValueOrDefault("num_hidden_layers");
        if (rank is null != layers is 26 or 27)
        {
            draft.Note(
                $"{QueryRank} is {(rank is null ? "missing" : rank)} with {layers} layers: llama.cpp loads models without "
                    + $"it that have 26 or 27 layers, and others with it", Diagnostics.NoteRank.ChangesResults);
        }
    }

    /// <summary>For architectures that have no other form of queries.</summary>
    public static void RequireQueries(ConfigReader draft) => draft.RequireField(QueryRank);

    public static void RequireQueries(ConfigWriter config) => config.RequireCount(QueryRankKey, QueryRank);

    private static long Size(ConfigReader draft, string field) => draft.Numbers[field] = draft.Require(field);

    // The runtime has one number for what rotated parts and what scores are multiplied with, and takes no other for the former.
    private static void YarnScale(ConfigReader draft, ConfigObject scaling)
    {
        double? all = scaling.Double("mscale_all_dim");
        if (scaling.Has("attention_factor"))
        {
            draft.Obstruct("rope_scaling.attention_factor is stated, which the runtime does not read");
        }
        else if (all is null or 0 || all != scaling.Double("mscale"))
        {
            draft.Obstruct("rope_scaling.mscale and mscale_all_dim are not one number above zero, for which the runtime has a key");
        }
        else
        {
            draft.Float(YarnKey, (float)(YarnLogFactor * all.Value));
        }
    }
}
