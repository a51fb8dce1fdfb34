using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Families;

/// <summary>Hybrids: some layers attend, the others are recurrent. A GGUF says it by the key heads of each layer: the recurrent ones have
/// none (formats/architectures, lfm2).</summary>
internal static class AttentionLayers
{
    private const string Key = "attention.head_count_kv";
    private const string KvField = "num_key_value_heads";
    private const string HeadsField = "num_attention_heads";
    private const string Layers = "num_hidden_layers";
    private const string Types = "layer_types";

    /// <summary>Layers that the folder can have: nothing is built for more. Null if something forbids the keys already.</summary>
    public static int? Count(ConfigReader draft) =>
        draft.Obstacles.Count == 0 && draft.Numbers.GetValueOrDefault(Layers) is > 0 and var layers
        ? layers <= draft.Folder.Tensors.Count
            ? (int)layers
            : throw draft.Config.Contradiction($"{draft.Config.Path(Layers)} is {layers}, but there are {draft.Folder.Tensors.Count} tensors")
        : null;

    /// <summary>Layers that the GGUF can have; null if it states none, or more than it has tensors, which is refused elsewhere.</summary>
    public static int? Count(ConfigWriter config) =>
        config.Numbers.TryGetValue(Layers, out long layers) && layers <= config.Derivation.Tensors.Count ? (int)layers : null;

    /// <summary>Writes the key heads of each layer.</summary>
    public static void Write(ConfigReader draft, bool[] attends)
    {
        long heads = draft.Numbers.GetValueOrDefault(HeadsField);
        long kv = draft.Config.Count(KvField) ?? heads;
        if (kv == 0 || heads % kv != 0)
        {
            throw draft.Config.Contradiction($"{draft.Config.Path(HeadsField)} is {heads}, which {KvField} {kv} does not divide");
        }

        draft.Numbers[KvField] = kv;
        Write(draft, Key, attends, kv);
    }

    /// <summary>Writes a number for some layers, and 0 for the others.</summary>
    public static void Write(ConfigReader draft, string key, bool[] layers, long count) =>
        draft.Add(key, GgufValue.FromArray<int>([.. layers.Select(has => has ? checked((int)Math.Min(count, int.MaxValue)) : 0)]));

    /// <summary>Which layers attend. The key heads of these become a field.</summary>
    public static bool[]? Read(ConfigWriter config)
    {
        if (Read(config, Key) is not { } heads)
        {
            return null;
        }

        long[] counts = [.. heads.Where(count => count > 0).Distinct()];
        if (counts.Length > 1)
        {
            config.Refuse($"{config.Key(Key)} differs between layers ({counts[0]} and {counts[1]}), which config.json cannot say");
            return null;
        }

        if ((counts.Length == 1 ? counts[0] : config.OptionalCount("attention.head_count")) is { } kv)
        {
            config.Fields.Set(KvField, kv);
            config.Numbers[KvField] = kv;
        }

        return [.. heads.Select(count => count > 0)];
    }

    /// <summary>A number for each layer; one number is that of all.</summary>
    public static long[]? Read(ConfigWriter config, string key)
    {
        if (config.OptionalCount("block_count") is not { } layers || layers > config.Derivation.Tensors.Count)
        {
            return null;
        }

        if (config.Derivation.Keys.Count(config.Key(key)) is { IsRead: true } single)
        {
            return [.. Enumerable.Repeat(single.Value, (int)layers)];
        }

        if (config.OptionalCounts(key) is not { } counts || counts.Length != layers)
        {
            config.Refuse($"{config.Key(key)} is no list of {layers} counts");
            return null;
        }

        return counts;
    }

    /// <summary>The word of each layer in layer_types; null if there is no such field.</summary>
    public static bool[]? Words(ConfigReader draft, int layers, string recurrent, string attends, string field = Types)
    {
        if (draft.Config.Texts(field) is not { } words)
        {
            return null;
        }

        if (words.Length != layers)
        {
            throw draft.Config.Contradiction($"{draft.Config.Path(field)} has {Plural.Of(words.Length, "item")}, but {Layers} is {layers}");
        }

        return Array.Find(words, word => word != recurrent && word != attends) is { } other
            ? throw draft.Config.WrongValue(field, $"holds '{SafeText.Shorten(other)}', neither {recurrent} nor {attends}")
            : [.. words.Select(word => word == attends)];
    }

    public static void SetWords(ConfigWriter config, bool[] attends, string recurrent, string word) =>
        config.Fields.Set(Types, [.. attends.Select(attending => attending ? word : recurrent)]);

    /// <summary>Each period-th layer from an offset on.</summary>
    public static bool[] Periodic(int layers, long period, long offset) =>
        [.. Enumerable.Range(0, layers).Select(layer => layer >= offset && (layer - offset) % period == 0)];

    /// <summary>Period and offset of such layers; null if there are none for them. One layer alone leaves the period open.</summary>
    public static (long Period, long Offset)? Period(bool[] layers)
    {
        int[] found = [.. Enumerable.Range(0, layers.Length).Where(layer => layers[layer])];
        (long period, long offset) = found.Length switch
        {
            0 => (layers.Length + 1, layers.Length),
            1 => (layers.Length, found[0]),
            _ => ((long)found[1] - found[0], found[0]),
        };
        return Periodic(layers.Length, period, offset).SequenceEqual(layers) ? (period, offset) : null;
    }
}
