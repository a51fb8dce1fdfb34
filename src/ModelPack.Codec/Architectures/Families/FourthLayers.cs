using System.Globalization;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Families;

/// <summary>Which layers rotate, for architectures without a key: their runtimes leave each fourth out
/// (formats/architectures/smollm3).</summary>
internal static class FourthLayers
{
    private const string Field = "no_rope_layers";
    private const string Interval = "no_rope_layer_interval";
    private const int Fourth = 4;

    public static readonly ConfigPart Rule = new RulePart(Read, Write);

    public static void Read(ConfigReader draft)
    {
        long layers = draft.Numbers.GetValueOrDefault("num_hidden_layers");
        // An empty list stands for the interval.
        if (draft.Config.Counts(Field) is not { Length: > 0 } rotates)
        {
            if (draft.Config.Count(Interval) is { } interval and not Fourth)
            {
                draft.Obstruct($"{Interval} is {interval}, and the runtime leaves the rotation out in each fourth layer");
            }

            return;
        }

        if (rotates.Length < layers)
        {
            throw draft.Config.Contradiction(
                $"{draft.Config.Path(Field)} has {Plural.Of(rotates.Length, "item")}, but num_hidden_layers is {layers}");
        }

        for (int layer = 0; layer < layers; layer++)
        {
            if (rotates[layer] != Rotates(layer))
            {
                draft.Obstruct(
                    string.Create(CultureInfo.InvariantCulture, $"{Field} is {rotates[layer]} for layer {layer}, but the runtime leaves ")
                        + "the rotation out in each fourth layer and in no other");
                return;
            }
        }
    }

    public static void Write(ConfigWriter config)
    {
        if (AttentionLayers.Count(config) is { } layers)
        {
            config.Fields.Set(Field, [.. Enumerable.Range(0, layers).Select(layer => Rotates(layer))]);
        }
    }

    private static long Rotates(int layer) => (layer + 1) % Fourth == 0 ? 0 : 1;
}
