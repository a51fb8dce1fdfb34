using ModelPack.Architectures.Tokenizers;
using ModelPack.Architectures.Tokenizers.Reading;
using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;
using ModelPack.IO.Names;

namespace ModelPack.Architectures.Rules;

/// <summary>generation_config.json and the ids of special tokens (hf-companions.md §1.5).</summary>
internal static class GenerationToGguf
{
    private const string Prefix = "general.sampling.";

    private static readonly string[] Lost = ["do_sample", "max_length", "max_new_tokens", "repetition_penalty"];

    public static IEnumerable<MetadataEntry> Sampling(ConfigObject generation, List<RankedNote> notes)
    {
        if (ConfigReader.WithoutKey([.. Lost.Where(generation.Has)]) is { } lost)
        {
            notes.Add($"{CompanionNames.GenerationConfig}: {lost}");
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

    /// <summary>A note for each token that ends a text and that neither a key of the tokenizer nor its own name tells (hf-companions.md
    /// §1.1).</summary>
    public static IEnumerable<string> LostEnds(StatedTokenIds stated, IReadOnlyList<MetadataEntry> tokenizer)
    {
        HashSet<long> named = [];
        foreach (MetadataEntry entry in tokenizer.Where(entry => TokenIdFields.Ends.Contains(entry.Key)))
        {
            if (((GgufValue)entry.Value).TryGetUInt32(out uint id))
            {
                named.Add(id);
            }
        }

        if (stated.End.Any(id => !named.Contains(id)) && Vocabulary.Read(new(tokenizer)).TryGet(out Vocabulary vocabulary))
        {
            named.UnionWith(RuntimeNames.Ends(vocabulary).Select(id => (long)id));
        }

        return stated.End.Where(id => !named.Contains(id))
            .Select(id =>
                $"{CompanionNames.GenerationConfig}: eos_token_id {id}: no key says that this token ends a text too, and it is not carried "
                    + $"over");
    }

    public static StatedTokenIds TokenIds(ConfigObject config, ConfigObject? generation, List<RankedNote> notes)
    {
        return new(
            Of("bos_token_id").Cast<long?>().FirstOrDefault(), [.. Of("eos_token_id").Distinct()], Of("pad_token_id").Cast<long?>()
                .FirstOrDefault());

        // config.json's come first. Each of its fields but the end of a text is one id.
        long[] Of(string field)
        {
            List<long> found = [];
            foreach ((string file, ConfigObject? stated) in new[] { (CompanionNames.Config, config),
                (CompanionNames.GenerationConfig, generation) })
            {
                (long[] ids, bool hasNone) = stated?.TokenIds(field) ?? ([], false);
                found.AddRange(ids);
                if (hasNone)
                {
                    notes.Add($"{file}: {field} is -1, which stands for no token");
                }
            }

            return [.. found];
        }
    }
}
