using System.Globalization;
using ModelPack.Architectures.Rules;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Families;

/// <summary>What MPT states in an object of its own, and its feed-forward network, whose width is a multiple of the model's
/// (formats/architectures/mpt).</summary>
internal static class MptAttention
{
    private const string Field = "attn_config";
    private const string Ratio = "expansion_ratio";
    private const string FeedForwardKey = "feed_forward_length";
    private const string KeyHeadsKey = "attention.head_count_kv";
    private const string ClampKey = "attention.clamp_kqv";
    private const string BiasKey = "attention.max_alibi_bias";
    private const string Hidden = "d_model";
    private const string Heads = "n_heads";
    private const string Head = "head_dim";
    private const float PublishedBias = 8;

    public static readonly ConfigPart Rule = new RulePart(Read, Write);

    private static void Read(ConfigReader draft)
    {
        long ratio = draft.Config.Has(Ratio) ? draft.Require(Ratio) : 4;
        long width = ratio * draft.Numbers.GetValueOrDefault(Hidden);
        draft.Numbers["feed_forward_width"] = width;
        draft.Count(FeedForwardKey, width);
        if (draft.Config.Object(Field) is not { } attention)
        {
            draft.Obstruct($"{Field} is missing");
            return;
        }

        long? keyHeads = attention.Count("kv_n_heads") is > 0 and { } stated ? stated : null;
        foreach ((string field, bool wrong) in (ReadOnlySpan<(string, bool)>)
        [
            ("qk_ln", attention.Bool("qk_ln") == true), ("prefix_lm", attention.Bool("prefix_lm") == true),
            ("softmax_scale", attention.Has("softmax_scale")), ("rope", attention.Bool("rope") == true),
            ("attn_type", attention.Text("attn_type") is { } kind
                && kind != (keyHeads is null ? "multihead_attention" : "grouped_query_attention")),
        ])
        {
            if (wrong)
            {
                draft.Obstruct($"{Field}.{field} has a value that the architecture has no key for");
            }
        }

        Remember(draft.Numbers, keyHeads);
        draft.Count(KeyHeadsKey, keyHeads);
        draft.Float(ClampKey, attention.Float("clip_qkv"));
        draft.Float(BiasKey, (attention.Bool("alibi") ?? true) ? attention.Float("alibi_bias_max") ?? PublishedBias : 0);
    }

    private static void Write(ConfigWriter config)
    {
        if (config.RequireCount(FeedForwardKey, field: null) is not { } width || !config.Numbers.TryGetValue(Hidden, out long hidden))
        {
            return;
        }

        config.Numbers["feed_forward_width"] = width;
        if (hidden == 0 || width % hidden != 0)
        {
            config.Refuse(
                string.Create(CultureInfo.InvariantCulture, $"{config.Key(FeedForwardKey)} is {width}, which {hidden} does not divide"));
            return;
        }

        config.Fields.Set(Ratio, width / hidden);
        config.Fields.Set("no_bias", !config.Derivation.HasTensor("blk.0.attn_norm.bias"));
        JsonFields attention = new();
        long? keyHeads = config.OptionalCount(KeyHeadsKey, perLayer: true);
        Remember(config.Numbers, keyHeads);
        if (keyHeads is { } count)
        {
            attention.Set("kv_n_heads", count);
            attention.Set("attn_type", "grouped_query_attention");
        }
        else
        {
            attention.Set("attn_type", "multihead_attention");
        }

        if (config.OptionalFloat(ClampKey) is { } clamp)
        {
            attention.Set("clip_qkv", clamp);
        }

        FiniteNumber bias = config.OptionalFloat(BiasKey) ?? new(0f);
        attention.Set("alibi", bias.Value != 0);
        if (bias.Value != 0)
        {
            attention.Set("alibi_bias_max", bias);
        }

        config.Fields.Set(Field, attention);
    }

    private static void Remember(IDictionary<string, long> numbers, long? keyHeads)
    {
        if (numbers.TryGetValue(Heads, out long heads) && numbers.TryGetValue(Head, out long head))
        {
            numbers["qkv_width"] = (heads + (2 * (keyHeads ?? heads))) * head;
        }
    }
}
