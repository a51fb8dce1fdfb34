using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Rules;

/// <summary>Which layers see a window only: layer_types, or every layer but each n-th (hf-companions.md §1.1).</summary>
internal static class SlidingLayers
{
    private const string Sliding = "sliding_attention";
    private const string Full = "full_attention";

    /// <summary>True for each layer with a window.</summary>
    public static bool[] Read(ConfigReader draft, long layers, long fullLayer)
    {
        if (draft.Obstacles.Count > 0)
        {
            return [];
        }

        if (draft.Config.Texts("layer_types") is not { } types)
        {
            bool[] pattern = new bool[layers];
            for (int layer = 0; layer < pattern.Length; layer++)
            {
                pattern[layer] = (layer + 1) % fullLayer != 0;
            }

            return pattern;
        }

        if (types.Length != layers)
        {
            throw draft.Config.Contradiction(
                $"{draft.Config.Path("layer_types")} has {Plural.Of(types.Length, "item")}, but num_hidden_layers is {layers}");
        }

        return Array.Find(types, type => type is not (Sliding or Full)) is { } other
            ? throw draft.Config.WrongValue("layer_types", $"holds '{SafeText.Shorten(other)}', neither {Sliding} nor {Full}")
            : [.. types.Select(type => type == Sliding)];
    }

    public static void Write(ConfigReader draft, long layers, long fullLayer) =>
        draft.Add("attention.sliding_window_pattern", GgufValue.FromArray<bool>(Read(draft, layers, fullLayer)));

    /// <summary>For architectures whose runtime knows one pattern alone.</summary>
    public static void RequirePattern(ConfigReader draft, long layers, long fullLayer)
    {
        bool[] pattern = Read(draft, layers, fullLayer);
        for (int layer = 0; layer < pattern.Length; layer++)
        {
            if (pattern[layer] != ((layer + 1) % fullLayer != 0))
            {
                draft.Obstruct(
                    $"layer_types says '{(pattern[layer] ? Sliding : Full)}' for layer {layer}, but every layer except each {fullLayer}th "
                        + $"has a window");
                return;
            }
        }
    }
}
