using System.Globalization;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Families;

/// <summary>Layers of Gemma 4 (formats/architectures, gemma4): those without a window have heads of another width and number, may take
/// their keys for values, and rotate the first part of a head; the last ones may share keys, and be twice as wide.</summary>
internal static class Gemma4Layers
{
    private const int FullLayer = 6;
    private const long GlobalHeadAbsent = 512;
    private const string Head = "head_dim";
    private const string Kv = "num_key_value_heads";
    private const string GlobalHead = "global_head_dim";
    private const string GlobalKv = "num_global_key_value_heads";
    private const string PerLayer = "per_layer_config";
    private const string Equal = "attention_k_eq_v";
    private const string Wide = "use_double_wide_mlp";
    private const string Width = "intermediate_size";
    private const string Bidirectional = "use_bidirectional_attention";
    private const string KvKey = "attention.head_count_kv";
    private const string WidthKey = "feed_forward_length";
    private const string Experts = "num_experts";
    private const string ExpertBlock = "enable_moe_block";
    private const string PerLayerInput = "hidden_size_per_layer_input";

    private static readonly string[] OwnKeys = ["attn_k", "attn_k_norm"];
    private static readonly string[] OwnValues = ["attn_v"];
    private static readonly string[] Inputs = ["inp_gate", "proj", "post_norm"];
    private static readonly string[] ExpertParts =
        ["ffn_gate_inp", "ffn_gate_up_exps", "ffn_down_exps", "post_ffw_norm_1", "pre_ffw_norm_2", "post_ffw_norm_2"];

    public static void Read(ConfigReader draft)
    {
        draft.Allow(Bidirectional, "vision");
        if (AttentionLayers.Count(draft) is not { } layers)
        {
            return;
        }

        bool[] slides = SlidingLayers.Read(draft, layers, FullLayer);

        // The class sees to it that the last one sees everything.
        slides[^1] = false;
        (long Head, long Heads) window = (draft.Require(Head), draft.Require(Kv));
        if (SharedKeys.Own(draft, layers, slides) is not { } own || Full(draft, slides, window) is not { } full)
        {
            return;
        }

        long width = draft.Require(Width);
        bool isWide = draft.Config.Bool(Wide) ?? false;
        long[] widths = [.. Enumerable.Range(0, layers).Select(layer => isWide && layer >= own ? width * 2 : width)];
        draft.LayerNumbers[Head] = [.. slides.Select(slide => slide ? window.Head : full.Head)];
        draft.LayerNumbers[Kv] = [.. slides.Select(slide => slide ? window.Heads : full.Heads)];
        draft.LayerNumbers[Width] = widths;
        WriteCounts(draft, WidthKey, isWide ? widths : [width]);
        WriteCounts(draft, KvKey, full.IsStated ? draft.LayerNumbers[Kv] : [window.Heads]);
        foreach (string part in (ReadOnlySpan<string>)["attention.key_length", "attention.value_length", "rope.dimension_count"])
        {
            draft.Count(part, full.Head);
            draft.Count($"{part}_swa", window.Head);
        }

        draft.Add(SharedKeys.Pattern, GgufValue.FromArray<bool>(slides));
        Gemma4Rotation.Read(draft, full.Head);
        bool takesKeys = draft.Config.Bool(Equal) ?? false;
        bool hasExperts = draft.Config.Bool(ExpertBlock) ?? false;
        if (hasExperts
            && !(draft.Numbers.ContainsKey(Experts) && draft.Has("expert_used_count") && draft.Has("expert_feed_forward_length")))
        {
            draft.Obstruct($"{ExpertBlock} is true, and {Experts}, top_k_experts or moe_intermediate_size is missing");
            return;
        }

        SharedKeys.Require(draft, Needed(layers, own, slides, takesKeys, hasExperts, draft.Numbers));
        for (int layer = 0; takesKeys && layer < layers; layer++)
        {
            if (!slides[layer] && draft.Component($"blk.{layer}.attn_v.weight") is { } value)
            {
                draft.Obstruct($"{Equal} is true, but there is a tensor {value}, which the runtime would take");
                return;
            }
        }
    }

    public static void Write(ConfigWriter config)
    {
        if (AttentionLayers.Count(config) is not { } layers || SharedKeys.Slides(config, layers) is not { } slides
            || SharedKeys.Own(config, slides) is not { } own || AttentionLayers.Read(config, WidthKey) is not { } widths
            || AttentionLayers.Read(config, KvKey) is not { } heads || HeadOf(config, "") is not { } full
            || HeadOf(config, "_swa") is not { } window)
        {
            return;
        }

        config.LayerNumbers[Head] = [.. slides.Select(slide => slide ? window : full)];
        config.LayerNumbers[Kv] = heads;
        config.LayerNumbers[Width] = widths;
        config.Fields.Set(Head, window);
        config.Fields.Set(GlobalHead, full);
        bool takesKeys = Enumerable.Range(0, own).Any(layer => !slides[layer])
            && Enumerable.Range(0, own).All(layer => slides[layer] || !config.Derivation.HasTensor($"blk.{layer}.attn_v.weight"));
        config.Fields.Set(Equal, takesKeys);
        WriteHeads(config, slides, heads, takesKeys);
        WriteWidths(config, widths, own);
        config.Fields.Set("layer_types", [.. slides.Select(slide => slide ? "sliding_attention" : "full_attention")]);
        if (slides[^1])
        {
            config.Refuse($"{config.Key(SharedKeys.Pattern)} gives the last layer a window, and the class has none there");
        }

        Gemma4Rotation.Write(config, full);
        SharedKeys.Require(config, Needed(layers, own, slides, takesKeys, config.Numbers.ContainsKey(Experts), config.Numbers));
        config.Fields.Set(
            "vocab_size_per_layer_input",
            (config.Derivation.FindTensor("per_layer_token_embd.weight") ?? config.Derivation.FindTensor("token_embd.weight"))
                is { Shape: [var rows, ..] } ? rows : 0);
    }

    private static (long Head, long Heads, bool IsStated)? Full(ConfigReader draft, bool[] slides, (long Head, long Heads) window)
    {
        bool takesKeys = draft.Config.Bool(Equal) ?? false;
        (long Head, long Heads, bool IsStated)? full = draft.Config.Object(PerLayer) is { } stated
            ? Stated(draft, stated, slides, window)
            : (draft.Config.Count(GlobalHead) ?? GlobalHeadAbsent,
                takesKeys ? draft.Config.Count(GlobalKv) ?? window.Heads : window.Heads, takesKeys && draft.Config.Has(GlobalKv));
        if (full is not { } sizes)
        {
            return null;
        }

        RequireDivided(draft, Kv, window.Heads);
        RequireDivided(draft, draft.Config.Has(PerLayer) ? PerLayer : GlobalKv, sizes.Heads);
        return sizes.Head > 0 ? sizes : throw draft.Config.WrongValue(GlobalHead, "is 0");
    }

    private static void RequireDivided(ConfigReader draft, string field, long count)
    {
        long heads = draft.Numbers.GetValueOrDefault("num_attention_heads");
        if (count == 0 || heads % count != 0)
        {
            throw draft.Config.Contradiction(
                $"{draft.Config.Path("num_attention_heads")} is {heads}, which {count} of {field} does not divide");
        }
    }

    /// <summary>transformers from 5.24 on says what differs between layers for each of them.</summary>
    private static (long Head, long Heads, bool IsStated)? Stated(
        ConfigReader draft, ConfigObject stated, bool[] slides, (long Head, long Heads) window)
    {
        (long Head, long Heads)? full = null;
        bool hasHeads = false;
        for (int layer = 0; layer < slides.Length; layer++)
        {
            ConfigObject? own = stated.Object(layer.ToString(CultureInfo.InvariantCulture));
            (long Head, long Heads) sizes = (own?.Count(Head) ?? window.Head, own?.Count(Kv) ?? window.Heads);
            hasHeads |= own?.Has(Kv) == true;
            if (own?.Fields().FirstOrDefault(field => field is not (Head or Kv)) is { } other)
            {
                draft.Obstruct($"{PerLayer} states {SafeText.Shorten(other)} of layer {layer}");
                return null;
            }

            if (slides[layer] ? sizes != window : full is { } before && before != sizes)
            {
                draft.Obstruct(
                    $"{PerLayer} states heads of layer {layer} that differ from those of others {(slides[layer] ? "with" : "without")} a "
                        + $"window");
                return null;
            }

            full = slides[layer] ? full : sizes;
        }

        return (full!.Value.Head, full.Value.Heads, hasHeads);
    }

    private static void WriteCounts(ConfigReader draft, string key, long[] counts)
    {
        if (counts is [var one])
        {
            draft.Count(key, one);
            return;
        }

        if (counts.Max() > int.MaxValue)
        {
            throw draft.Config.WrongValue(Width, $"is {counts[0]}");
        }

        draft.Add(key, GgufValue.FromArray<int>([.. counts.Select(count => (int)count)]));
    }

    private static long? HeadOf(ConfigWriter config, string ending)
    {
        if (config.RequireCount($"attention.key_length{ending}", null) is not { } width)
        {
            return null;
        }

        foreach (string name in (ReadOnlySpan<string>)["attention.value_length", "rope.dimension_count"])
        {
            if (config.RequireCount(name + ending, null) is { } other && other != width)
            {
                config.Refuse($"{config.Key(name + ending)} is {other}, but {config.Key($"attention.key_length{ending}")} is {width}");
            }
        }

        return width;
    }

    private static void WriteHeads(ConfigWriter config, bool[] slides, long[] heads, bool takesKeys)
    {
        long[] window = [.. heads.Where((_, layer) => slides[layer]).Distinct()];
        long[] full = [.. heads.Where((_, layer) => !slides[layer]).Distinct()];
        if (window.Length > 1 || full.Length > 1 || heads.Contains(0))
        {
            config.Refuse($"{config.Key(KvKey)} differs between layers of one kind, which config.json cannot say");
            return;
        }

        bool isList = config.Derivation.Keys.Find(config.Key(KvKey))?.ElementType is not null;
        config.Fields.Set(Kv, window.Length > 0 ? window[0] : full[0]);
        if (isList && takesKeys && full.Length > 0)
        {
            config.Fields.Set(GlobalKv, full[0]);
        }
        else if (window.Length > 0 && full.Length > 0 && window[0] != full[0])
        {
            config.Refuse($"{config.Key(KvKey)} differs between layers with and without a window, which have values of their own");
        }
        else
        {
            config.Fields.SetNull(GlobalKv);
        }
    }

    private static void WriteWidths(ConfigWriter config, long[] widths, int own)
    {
        bool isList = config.Derivation.Keys.Find(config.Key(WidthKey))?.ElementType is not null;
        bool isWide = isList && widths.Skip(own).All(width => width == widths[0] * 2);
        for (int layer = 0; layer < widths.Length; layer++)
        {
            if (widths[layer] == 0 || widths[layer] != (isWide && layer >= own ? widths[0] * 2 : widths[0]))
            {
                config.Refuse($"{config.Key(WidthKey)} is {widths[layer]} in layer {layer}, which config.json cannot say");
                return;
            }
        }

        config.Fields.Set(Width, widths[0]);
        config.Fields.Set(Wide, isWide);
    }

    private static IEnumerable<string> Needed(
        int layers, int own, bool[] slides, bool takesKeys, bool hasExperts, Dictionary<string, long> numbers)
    {
        bool hasInputs = numbers.GetValueOrDefault(PerLayerInput) > 0;
        if (hasInputs)
        {
            yield return "per_layer_token_embd.weight";
            yield return "per_layer_model_proj.weight";
            yield return "per_layer_proj_norm.weight";
        }

        for (int layer = 0; layer < layers; layer++)
        {
            List<string> components = [];
            components.AddRange(layer < own ? OwnKeys : []);
            components.AddRange(layer < own && (slides[layer] || !takesKeys) ? OwnValues : []);
            components.AddRange(hasInputs ? Inputs : []);
            components.AddRange(hasExperts ? ExpertParts : []);
            foreach (string name in SharedKeys.Names(layer, [.. components]))
            {
                yield return name;
            }

            if (hasExperts)
            {
                yield return $"blk.{layer}.ffn_gate_inp.scale";
                yield return $"blk.{layer}.ffn_down_exps.scale";
            }
        }
    }
}
