using System.Globalization;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Families;

/// <summary>Layers of Gemma 3n (formats/architectures, gemma3n): each has a width and a sparsity of its own, and the last ones share
/// keys.</summary>
internal static class Gemma3nLayers
{
    private const int FullLayer = 5;
    private const int SparseLayers = 10;
    private const float Sparse = 0.95f;
    private const long WidthAbsent = 16_384;
    private const string Width = "intermediate_size";
    private const string WidthKey = "feed_forward_length";
    private const string Sparsity = "activation_sparsity_pattern";
    private const string SparsityKey = "activation_sparsity_scale";
    private const string Rank = "laurel_rank";
    private const string Input = "hidden_size_per_layer_input";
    private const string Shared = "num_kv_shared_layers";

    public static void Read(ConfigReader draft)
    {
        if (AttentionLayers.Count(draft) is not { } layers)
        {
            return;
        }

        bool[] slides = SlidingLayers.Read(draft, layers, FullLayer);
        if (SharedKeys.Own(draft, layers, slides) is not { } own)
        {
            return;
        }

        long[] widths = draft.Config.Counts(Width) ?? [WidthAbsent];
        if (widths.Length != layers && widths.Length != 1)
        {
            throw draft.Config.Contradiction(
                $"{draft.Config.Path(Width)} has {Plural.Of(widths.Length, "item")}, but num_hidden_layers is {layers}");
        }

        if (widths.Any(width => width is 0 or > int.MaxValue))
        {
            throw draft.Config.WrongValue(Width, "holds a width that is 0 or does not fit 32 bits");
        }

        // A list stays one: the class has one in each config that it saves.
        draft.LayerNumbers[Width] = widths.Length == layers ? widths : [.. Enumerable.Repeat(widths[0], layers)];
        if (widths.Length == layers)
        {
            draft.Add(WidthKey, GgufValue.FromArray<int>([.. widths.Select(width => (int)width)]));
        }
        else
        {
            draft.Count(WidthKey, widths[0]);
        }

        float[] sparsity = Sparsities(draft, layers);
        draft.Add(SparsityKey, GgufValue.FromArray<float>([.. sparsity.Select(NormalQuantile.Of)]));
        draft.Add(SharedKeys.Pattern, GgufValue.FromArray<bool>(slides));
        SharedKeys.Require(draft, Needed(own));
        NoteConstants(draft, sparsity, slides, own);
    }

    public static void Write(ConfigWriter config)
    {
        if (AttentionLayers.Count(config) is not { } layers || SharedKeys.Slides(config, layers) is not { } slides
            || SharedKeys.Own(config, slides) is not { } own || AttentionLayers.Read(config, WidthKey) is not { } widths)
        {
            return;
        }

        config.LayerNumbers[Width] = widths;
        if (widths.Contains(0))
        {
            config.Refuse($"{config.Key(WidthKey)} holds 0");
        }

        if (config.Derivation.Keys.Find(config.Key(WidthKey))?.ElementType is null)
        {
            config.Fields.Set(Width, widths[0]);
        }
        else
        {
            config.Fields.Set(Width, widths);
        }

        config.Fields.Set("layer_types", [.. slides.Select(slide => slide ? "sliding_attention" : "full_attention")]);
        WriteSparsity(config, layers);
        SharedKeys.Require(config, Needed(own));
        foreach ((string field, string tensor) in ((string, string)[])[
            ("vocab_size_per_layer_input", "per_layer_token_embd.weight"), (Rank, "blk.0.laurel_l.weight")])
        {
            if (config.RequireTensor(tensor, 2) is { } rows)
            {
                long count = field == Rank ? rows.Shape[0] : config.Derivation.OwnRows(rows);
                config.Fields.Set(field, count);
                config.Numbers[field] = count;
            }
        }

        config.Lose("altup_coef_clip");
    }

    private static float[] Sparsities(ConfigReader draft, int layers)
    {
        float[] sparsity = draft.Config.Floats(Sparsity)
            ?? [.. Enumerable.Range(0, layers).Select(layer => layers > SparseLayers && layer < SparseLayers ? Sparse : 0)];
        return sparsity.Length != layers
            ? throw draft.Config.Contradiction(
                $"{draft.Config.Path(Sparsity)} has {Plural.Of(sparsity.Length, "item")}, but num_hidden_layers is {layers}")
            : Array.Exists(sparsity, part => part is not (>= 0 and < 1))
            ? throw draft.Config.WrongValue(Sparsity, "holds a part that is below 0, or not below 1")
            : sparsity;
    }

    private static void WriteSparsity(ConfigWriter config, int layers)
    {
        string key = config.Key(SparsityKey);
        if (config.Derivation.Keys.Find(key) is not { ElementType: GgufValueType.Float32 } scales || scales.Count != layers)
        {
            config.Refuse($"{key} is no list of {layers} floats");
            return;
        }

        FiniteNumber[] parts = new FiniteNumber[layers];
        for (int layer = 0; layer < layers; layer++)
        {
            float scale = (float)GgufValue.ReadFloat(
                GgufValueType.Float32, scales.ItemBytes.Span.Slice(layer * sizeof(float), sizeof(float)), scales.Encoding);
            if (NormalQuantile.PartOf(scale) is not { } part)
            {
                config.Refuse(
                    string.Create(CultureInfo.InvariantCulture, $"{key} is {scale:R} at {layer}, which no part of a layer gives"));
                return;
            }

            parts[layer] = new FiniteNumber(part);
        }

        config.Fields.Set(Sparsity, parts);
    }

    private static IEnumerable<string> Needed(int own) =>
        Enumerable.Range(0, own).SelectMany(layer => SharedKeys.Names(layer, "attn_k", "attn_v", "attn_k_norm"));

    // llama.cpp has these as constants, whatever keys say.
    private static void NoteConstants(ConfigReader draft, float[] sparsity, bool[] slides, int own)
    {
        const long OwnLayers = 20;
        const long PublishedInput = 256;
        const long PublishedRank = 64;
        (string Field, bool IsOther)[] constants =
        [
            (Shared, own != OwnLayers), (Input, draft.Numbers.GetValueOrDefault(Input) != PublishedInput),
            (Rank, draft.Numbers.GetValueOrDefault(Rank) != PublishedRank),
            (Sparsity, sparsity.Index().Any(layer => layer.Item != (layer.Index < SparseLayers ? Sparse : 0))),
            ("layer_types", slides.Index().Any(layer => layer.Item != ((layer.Index + 1) % FullLayer != 0))),
        ];
        string[] other = [.. constants.Where(constant => constant.IsOther).Select(constant => constant.Field)];
        if (other.Length > 0)
        {
            draft.Note(
                $"llama.cpp computes Gemma 3n with numbers of the published models, which differ from {string.Join(", ", other)} here: it "
                    + $"does not load the model, or gives other results", NoteRank.ChangesResults);
        }
    }
}
