using ModelPack.Codec.Gguf;
using ModelPack.Codec.HuggingFace.Config;

namespace ModelPack.Codec.HuggingFace.ToGguf;

/// <summary>generation_config.json and the ids of special tokens (hf-companions.md §1.5).</summary>
internal static class GenerationToGguf
{
    private const string Prefix = "general.sampling.";

    private static readonly string[] Lost = ["do_sample", "max_length", "max_new_tokens", "repetition_penalty"];

    public static IEnumerable<MetadataEntry> Sampling(ConfigObject generation, List<string> notes)
    {
        foreach (string field in Lost.Where(generation.Has))
        {
            notes.Add($"{CompanionNames.GenerationConfig}: {field} has no key and is not carried over");
        }

        if (generation.Int32("top_k") is { } topK)
        {
            yield return new(Prefix + "top_k", GgufValue.FromInt32(topK));
        }

        foreach ((string field, string key) in new[] { ("top_p", "top_p"), ("min_p", "min_p"), ("temperature", "temp") })
        {
            if (generation.Float(field) is { } number)
            {
                yield return new(Prefix + key, GgufValue.FromFloat32(number));
            }
        }
    }

    /// <summary>A note for each token that ends a text and that no key of the tokenizer names (hf-companions.md §1.1).</summary>
    public static IEnumerable<string> LostEnds(StatedTokenIds stated, IEnumerable<MetadataEntry> tokenizer)
    {
        HashSet<long> named = [];
        foreach (MetadataEntry entry in tokenizer.Where(entry => TokenIdFields.Ends.Contains(entry.Key)))
        {
            if (((GgufValue)entry.Value).TryGetUInt32(out uint id))
            {
                named.Add(id);
            }
        }

        return stated.End.Where(id => !named.Contains(id)).Select(id => $"{CompanionNames.GenerationConfig}: eos_token_id {id}: no key says that this token ends a text too, and it is not carried over");
    }

    public static StatedTokenIds TokenIds(ConfigObject config, ConfigObject? generation)
    {
        long[] ends = [.. (config.Counts("eos_token_id") ?? []).Concat(generation?.Counts("eos_token_id") ?? []).Distinct()];
        return new(
            config.Count("bos_token_id") ?? generation?.Count("bos_token_id"), [.. ends], config.Count("pad_token_id") ?? generation?.Count("pad_token_id"));
    }
}
