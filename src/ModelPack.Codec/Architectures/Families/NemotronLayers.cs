using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Families;

/// <summary>Nemotron-H: a layer is one mixer: state space, attention, a feed-forward network or experts (formats/architectures,
/// nemotron_h).</summary>
internal static class NemotronLayers
{
    private const string Pattern = "hybrid_override_pattern";
    private const string Types = "layers_block_type";
    private const string LaterTypes = "layer_types";
    private const string FeedForwardKey = "feed_forward_length";
    private const string FeedForward = "intermediate_size";
    private const string RotaryKey = "rope.dimension_count";
    private const string BaseKey = "rope.freq_base";
    private const char Attention = '*';
    private const char Plain = '-';
    private const char Experts = 'E';
    private const char Recurrent = 'M';

    public static void Read(ConfigReader draft)
    {
        if (AttentionLayers.Count(draft) is not { } layers)
        {
            return;
        }

        if (Letters(draft) is not { } pattern)
        {
            draft.Obstruct($"{Pattern} is missing");
            return;
        }

        if (pattern.Length != layers)
        {
            throw draft.Config.Contradiction(
                $"{draft.Config.Path(draft.Config.FirstOf(Pattern, Types, LaterTypes)!)} has {pattern.Length} layers, but "
                    + $"num_hidden_layers is {layers}");
        }

        if (pattern.Contains(Experts) && draft.Architecture == "nemotron_h")
        {
            draft.Obstruct("num_experts_per_tok is missing, and there are layers with experts");
        }

        bool[] feedsForward = [.. pattern.Select(letter => letter is Plain or Experts)];
        long size = feedsForward.Contains(true) ? draft.Require(FeedForward) : 0;
        draft.Numbers[FeedForward] = size;
        AttentionLayers.Write(draft, [.. pattern.Select(letter => letter == Attention)]);
        AttentionLayers.Write(draft, FeedForwardKey, feedsForward, size);
        long hidden = draft.Numbers.GetValueOrDefault("hidden_size");
        long heads = draft.Numbers.GetValueOrDefault("num_attention_heads");
        draft.Count(RotaryKey, heads > 0 ? hidden / heads : null);

        // Nothing rotates: the base is written where there is one, and not looked at.
        draft.Float(BaseKey, RopeSettings.Read(draft).Base);
    }

    public static void Write(ConfigWriter config)
    {
        if (AttentionLayers.Read(config) is not { } attends || AttentionLayers.Read(config, FeedForwardKey) is not { } sizes)
        {
            return;
        }

        long[] different = [.. sizes.Where(size => size > 0).Distinct()];
        if (different.Length > 1)
        {
            config.Refuse($"{config.Key(FeedForwardKey)} differs between layers ({different[0]} and {different[1]})");
            return;
        }

        config.OptionalCount(RotaryKey);
        if (config.OptionalFloat(BaseKey) is { } theta)
        {
            config.Fields.Set("rope_theta", theta);
        }

        if (different is [var only])
        {
            config.Fields.Set(FeedForward, only);
            config.Numbers[FeedForward] = only;
        }

        config.Fields.Set(
            Pattern, string.Concat(attends.Zip(sizes).Select((layer, number) => (layer.First, layer.Second > 0) switch
            {
                (true, false) => Attention,
                (false, false) => Recurrent,
                (false, true) => config.Derivation.HasTensor($"blk.{number}.ffn_gate_inp.weight") ? Experts : Plain,
                _ => '?',
            })));
        if (attends.Zip(sizes).Any(layer => layer.First && layer.Second > 0))
        {
            config.Refuse($"a layer has key heads and {config.Key(FeedForwardKey)}, but the class has one mixer a layer");
        }
    }

    private static string? Letters(ConfigReader draft)
    {
        string? pattern = draft.Config.Text(Pattern);
        if (pattern is not null && pattern.AsSpan().IndexOfAnyExcept([Attention, Plain, Experts, Recurrent]) is >= 0 and var wrong)
        {
            throw draft.Config.WrongValue(Pattern, $"holds '{SafeText.Shorten(pattern[wrong..(wrong + 1)])}'");
        }

        string field = draft.Config.Has(Types) ? Types : LaterTypes;
        if (draft.Config.Texts(field) is not { } words)
        {
            return pattern;
        }

        // transformers 5 renames two of the words.
        string letters = string.Concat(words.Select(word => word switch
        {
            "mamba" or "linear_attention" => Recurrent,
            "attention" or "full_attention" => Attention,
            "mlp" => Plain,
            "moe" => Experts,
            _ => throw draft.Config.WrongValue(field, $"holds '{SafeText.Shorten(word)}'"),
        }));
        return pattern is null || pattern == letters
            ? letters
            : throw draft.Config.Contradiction($"{draft.Config.Path(Pattern)} names other layers than {field}");
    }
}
