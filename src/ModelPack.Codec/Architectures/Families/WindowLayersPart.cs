using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>Which layers see a window only (hf-companions.md §1.1): a field with a word for each layer.</summary>
/// <param name="fullLayer">Without the field, every layer but each so many-th has a window.</param>
/// <param name="hasKey">Whether a key says it; else runtimes know that one pattern alone.</param>
/// <param name="layersField">The number of layers.</param>
internal sealed class WindowLayersPart(int fullLayer, bool hasKey, string layersField) : ConfigPart
{
    public override void Read(ConfigReader draft)
    {
        long layers = draft.Numbers.GetValueOrDefault(layersField);
        if (hasKey)
        {
            SlidingLayers.Write(draft, layers, fullLayer);
        }
        else
        {
            SlidingLayers.RequirePattern(draft, layers, fullLayer);
        }
    }

    public override void Write(ConfigWriter config) => GemmaFamily.LayerTypes(config, fullLayer);
}
