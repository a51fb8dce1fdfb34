using ModelPack.Architectures.Rules;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Families;

/// <summary>Which layers of EXAONE 4 see a window (formats/architectures/exaone4). Without one all layers rotate; with one, those that see
/// it.</summary>
internal static class Exaone4Windows
{
    private const string Window = "sliding_window";
    private const string Pattern = "sliding_window_pattern";
    private const string Types = "layer_types";
    private const string WindowKey = "attention.sliding_window";
    private const long Fourth = 4;

    public static readonly ConfigPart Rule = new RulePart(Read, Write);

    private static void Read(ConfigReader draft)
    {
        long layers = draft.Numbers.GetValueOrDefault("num_hidden_layers");
        if (!draft.Config.Has(Window))
        {
            if (draft.Config.Texts(Types)?.Any(type => type != "full_attention") == true)
            {
                draft.Obstruct($"{Types} gives a layer a window, but {Window} is not stated");
            }

            return;
        }

        draft.Count(WindowKey, draft.Require(Window));
        bool[] pattern = draft.Config.Has(Types) ? SlidingLayers.Read(draft, layers, Fourth)
            : draft.Config.IsText(Pattern) ? Spelled(draft, layers)
            : SlidingLayers.Read(draft, layers, Every(draft));
        if (draft.Obstacles.Count == 0)
        {
            draft.Add("attention.sliding_window_pattern", GgufValue.FromArray<bool>(pattern));
        }
    }

    private static long Every(ConfigReader draft) => draft.Config.Count(Pattern) switch
    {
        null => Fourth,
        0 => throw draft.Config.WrongValue(Pattern, "is 0"),
        { } every => every,
    };

    /// <summary>L for a window, G for none, again and again.</summary>
    private static bool[] Spelled(ConfigReader draft, long layers)
    {
        string letters = draft.Config.Text(Pattern)!;
        if (letters.Length == 0 || letters.Any(letter => letter is not ('L' or 'G')))
        {
            throw draft.Config.WrongValue(Pattern, "is no sequence of L and G");
        }

        // The library's own list has a window in each layer but those of the pattern's length, which is the same where G is the last.
        if (letters != new string('L', letters.Length - 1) + "G")
        {
            draft.Obstruct($"{Pattern} is not L for all but the last, and {Types} does not say which layers have a window");
            return [];
        }

        return draft.Obstacles.Count > 0 ? []
            : [.. Enumerable.Range(0, (int)layers).Select(layer => letters[layer % letters.Length] == 'L')];
    }

    private static void Write(ConfigWriter config)
    {
        if (config.OptionalCount(WindowKey) is { } window)
        {
            config.Fields.Set(Window, window);
            GemmaFamily.LayerTypes(config, Fourth);
        }
        else
        {
            // The class has a window without the field, and cannot count the layers by a pattern without one.
            config.Fields.SetNull(Window);
            if (AttentionLayers.Count(config) is { } layers)
            {
                config.Fields.Set(Types, [.. Enumerable.Repeat("full_attention", layers)]);
            }
        }
    }
}
