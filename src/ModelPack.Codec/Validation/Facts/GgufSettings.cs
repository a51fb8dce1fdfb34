using System.Collections.Immutable;
using ModelPack.Formats.Gguf;

namespace ModelPack.Validation.Facts;

/// <summary>Hyperparameters in GGUF's words (gguf.md §6.3).</summary>
internal static class GgufSettings
{
    private static readonly (SettingName Name, string Key)[] Keys =
    [
        (SettingName.Layers, "block_count"),
        (SettingName.Hidden, "embedding_length"),
        (SettingName.FeedForward, "feed_forward_length"),
        (SettingName.Heads, "attention.head_count"),
        (SettingName.KeyValueHeads, "attention.head_count_kv"),
        (SettingName.KeyLength, "attention.key_length"),
        (SettingName.ValueLength, "attention.value_length"),
        (SettingName.Vocabulary, "vocab_size"),
        (SettingName.Experts, "expert_count"),
        (SettingName.ExpertFeedForward, "expert_feed_forward_length"),
        (SettingName.SharedFeedForward, "expert_shared_feed_forward_length"),
    ];

    public static ModelSettings Read(GgufFile file, bool isSet)
    {
        bool isModel = file.Find("general.type")?.Text is null or "model";
        ModelSettings settings = new()
        {
            Architecture = isModel ? file.Architecture : null,
            IsWholeModel = isModel && (isSet || file.Split is not { IsPart: true }),
        };
        foreach ((SettingName name, string key) in Keys)
        {
            string full = $"{file.Architecture}.{key}";
            if (file.Find(full) is { } value && Numbers(value) is { IsEmpty: false } numbers)
            {
                settings.Add(name, new(full, numbers, MetadataPlace.Of(file, value)));
            }
        }

        return settings;
    }

    // Counts are u32 in practice and u64 in the published text; per-layer values are arrays (gguf.md §6.3).
    private static ImmutableArray<long> Numbers(GgufValue value)
    {
        Int128[] numbers = value.TryGetInteger(out Int128 one) ? [one] : value.TryGetIntegers(out Int128[]? several) ? several : [];
        return numbers.All(number => number >= 0 && number <= long.MaxValue) ? [.. numbers.Select(number => (long)number)] : [];
    }
}
