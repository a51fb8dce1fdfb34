using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>What the third Gemma says beside its sizes: the output is the embedding, the scale of attention has no key, and every sixth
/// layer has no window, or none has one (formats/architectures, gemma3).</summary>
internal static class GemmaRule
{
    private const int FullLayer = 6;
    private const string Window = "sliding_window";
    private const string WindowKey = "attention.sliding_window";
    private const string LayerTypes = "layer_types";

    private static readonly string[] PatternFields = ["sliding_window_pattern", "_sliding_window_pattern"];
    private static readonly string[] Towers = ["v.", "mm.", "a."];

    /// <param name="largest">The layers of the one model whose scale follows from the width of the embedding; 0 if there is
    /// none.</param>
    public static ConfigPart For(long largest) => new RulePart(draft => Read(draft, largest), config => Write(config, largest));

    /// <summary>The embedder, every token of which sees every other.</summary>
    public static ConfigPart Embedding { get; } = new RulePart(
        draft => Read(draft, largest: 0),
        config =>
        {
            Write(config, largest: 0);
            config.Fields.Set("use_bidirectional_attention", true);
        });

    private static void Read(ConfigReader draft, long largest)
    {
        draft.Allow("tie_word_embeddings", flag: true, absent: true);
        Windows(draft);
        if (draft.Obstacles.Count == 0)
        {
            GemmaConfigs.RequireAttentionScale(draft, DecoderSizes.Read(draft), largest);
        }
    }

    private static void Windows(ConfigReader draft)
    {
        long layers = draft.Numbers.GetValueOrDefault(SizeNames.Usual.Layers[0]);
        string? field = draft.Config.FirstOf(PatternFields);
        long every = field is null ? FullLayer : draft.Config.Count(field)!.Value;
        if (every == 0)
        {
            throw draft.Config.WrongValue(field!, "is 0");
        }

        if (Array.Exists(SlidingLayers.Read(draft, layers, every), isSliding => isSliding))
        {
            if (every != FullLayer && !draft.Config.Has(LayerTypes))
            {
                draft.Obstruct($"{field} is {every}");
            }

            SlidingLayers.RequirePattern(draft, layers, FullLayer);
            draft.Count(WindowKey, draft.Require(Window));
        }
    }

    private static void Write(ConfigWriter config, long largest)
    {
        config.RefuseTensor("output.weight", "a Gemma class");
        config.Fields.Set("tie_word_embeddings", true);
        if (config.Derivation.Tensors.Any(tensor => Towers.Any(tower => tensor.Name.StartsWith(tower, StringComparison.Ordinal))))
        {
            config.Refuse("the file holds tensors of a vision tower, whose config is lost");
        }

        if (config.OptionalCount(WindowKey) is { } window)
        {
            config.Fields.Set(Window, window);
            GemmaFamily.LayerTypes(config, FullLayer);
        }
        else
        {
            // Runtimes let every layer see everything then, and the class takes a window where no field says otherwise.
            GemmaFamily.LayerTypes(config, fullLayer: 1);
        }

        GemmaFamily.AttentionScale(config, largest);
    }
}
