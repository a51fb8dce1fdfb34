using System.Globalization;
using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;
using ModelPack.Tensors;

namespace ModelPack.Architectures.Families;

/// <summary>Which layers choose their positions themselves, and which take those of the layer before (formats/architectures, glm-dsa): the
/// latter have no tensors for it.</summary>
internal static class IndexerLayers
{
    private const string Key = "attention.indexer.types";
    private const string Types = "indexer_types";
    private const string Pattern = "index_topk_pattern";
    private const string Frequency = "index_topk_freq";
    private const string Offset = "index_skip_topk_offset";
    private const string Full = "full";
    private const string Shared = "shared";

    public static void Read(ConfigReader draft)
    {
        long layers = draft.Numbers.GetValueOrDefault("num_hidden_layers");
        if (draft.Obstacles.Count > 0 || layers > draft.Folder.Tensors.Count)
        {
            return;
        }

        bool[] full = draft.Config.Texts(Types) is { } types ? [.. types.Select(type => IsFull(draft, Types, type, Full, Shared))]
            : draft.Config.Text(Pattern) is { } pattern
            ? [.. pattern.Select(letter => IsFull(draft, Pattern, letter.ToString(CultureInfo.InvariantCulture), "F", "S"))]
            : ByFrequency(draft, layers);
        if (full.Length != layers)
        {
            throw draft.Config.Contradiction(
                $"{draft.Config.Path(draft.Config.FirstOf(Types, Pattern)!)} has {Plural.Of(full.Length, "item")}, but num_hidden_layers is "
                    + $"{layers}");
        }

        draft.Add(Key, GgufValue.FromArray<bool>(full));
        foreach (TensorInfo tensor in draft.Folder.Tensors.Where(tensor => tensor.Name.Contains(".indexer.", StringComparison.Ordinal)))
        {
            if (FamilyCatalog.Find(draft.Architecture)!.Names.FromHuggingFace(tensor.Name) is [{ Layer: var layer }, ..]
                && layer < full.Length && !full[layer])
            {
                throw draft.Config.Contradiction($"{draft.Config.Path(Types)} says '{Shared}' for layer {layer}, but there is {tensor.Name}");
            }
        }

        for (int layer = 0; layer < full.Length; layer++)
        {
            string wanted = $"layers.{layer}.self_attn.indexer.wk.weight";
            if (full[layer] && !draft.Folder.Tensors.Any(tensor => tensor.Name.EndsWith(wanted, StringComparison.Ordinal)))
            {
                draft.Obstruct($"layer {layer} has no tensors for choosing positions");
                return;
            }
        }
    }

    public static void Write(ConfigWriter config)
    {
        if (config.OptionalFlags(Key) is not { } full)
        {
            config.Refuse($"{config.Key(Key)} is missing");
            return;
        }

        if (config.Numbers.TryGetValue("num_hidden_layers", out long layers) && full.Length != layers)
        {
            config.Refuse($"{config.Key(Key)} has {Plural.Of(full.Length, "item")} for {layers} layers");
            return;
        }

        for (int layer = 0; layer < full.Length; layer++)
        {
            string name = $"blk.{layer}.indexer.attn_k.weight";
            if (config.Derivation.HasTensor(name) != full[layer])
            {
                config.Refuse($"{config.Key(Key)} is {(full[layer] ? "true" : "false")} at {layer}, but {name} is "
                    + (full[layer] ? "missing" : "there"));
                return;
            }
        }

        config.Fields.Set(Types, [.. full.Select(isFull => isFull ? Full : Shared)]);
    }

    // Of every so many layers one chooses, and those before the offset all do.
    private static bool[] ByFrequency(ConfigReader draft, long layers)
    {
        long frequency = draft.Config.Count(Frequency) ?? 1;
        long offset = draft.Config.Count(Offset) ?? 2;
        if (frequency == 0)
        {
            throw draft.Config.WrongValue(Frequency, "is 0");
        }

        bool[] full = new bool[layers];
        for (int layer = 0; layer < full.Length; layer++)
        {
            full[layer] = Math.Max(layer - offset + 1, 0) % frequency == 0;
        }

        return full;
    }

    private static bool IsFull(ConfigReader draft, string field, string word, string full, string shared) =>
        word == full || (word == shared ? false
            : throw draft.Config.WrongValue(field, $"holds '{SafeText.Shorten(word)}', neither {full} nor {shared}"));
}
