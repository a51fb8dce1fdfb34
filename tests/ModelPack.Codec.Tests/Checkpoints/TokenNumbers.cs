using System.Text.Json;

namespace ModelPack.Codec.Tests.Checkpoints;

/// <summary>The ids that the tokenizers library gives the tokens of a tokenizer.json: the vocabulary's, then those of added tokens that it
/// lacks, counted on (hf-companions.md §2.2).</summary>
internal static class TokenNumbers
{
    public static Dictionary<string, long> Of(ReadOnlyMemory<byte> tokenizer)
    {
        using JsonDocument document = JsonDocument.Parse(tokenizer);
        JsonElement vocabulary = document.RootElement.GetProperty("model").GetProperty("vocab");
        Dictionary<string, long> ids = new(StringComparer.Ordinal);
        if (vocabulary.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty token in vocabulary.EnumerateObject())
            {
                ids[token.Name] = token.Value.GetInt64();
            }
        }
        else
        {
            foreach (JsonElement piece in vocabulary.EnumerateArray())
            {
                ids[piece[0].GetString()!] = ids.Count;
            }
        }

        foreach (JsonElement added in document.RootElement.GetProperty("added_tokens").EnumerateArray())
        {
            ids.TryAdd(added.GetProperty("content").GetString()!, ids.Count);
        }

        return ids;
    }
}
