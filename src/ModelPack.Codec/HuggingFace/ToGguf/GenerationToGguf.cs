using ModelPack.Codec.Gguf;

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

    public static StatedTokenIds TokenIds(ConfigObject config, ConfigObject? generation)
    {
        long[] ends = [.. (config.Counts("eos_token_id") ?? []).Concat(generation?.Counts("eos_token_id") ?? []).Distinct()];
        return new(
            config.Count("bos_token_id") ?? generation?.Count("bos_token_id"), [.. ends], config.Count("pad_token_id") ?? generation?.Count("pad_token_id"));
    }
}
