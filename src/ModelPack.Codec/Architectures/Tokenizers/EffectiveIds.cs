using System.Text.Json;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>
/// The ids that the tokenizers library gives the tokens of a tokenizer.json (tokenizers.md §3.1). It ignores the <c>id</c> of an added
/// token: one that the vocabulary has keeps its id there, the others are counted on behind the vocabulary in the order of their list.
/// </summary>
internal static class EffectiveIds
{
    private const int MostLevels = 64;

    /// <summary>Reads a document as the library does; the problem says why the library could not.</summary>
    public static Reading<IReadOnlyDictionary<string, long>> Of(ReadOnlySpan<byte> document)
    {
        if (document.Length > CompanionText.MostListBytes)
        {
            return Reading<IReadOnlyDictionary<string, long>>.Wrong(
                $"it has {document.Length} bytes, more than {CompanionText.MostListBytes}");
        }

        try
        {
            JsonElement root = JsonElement.Parse(document, new JsonDocumentOptions { MaxDepth = MostLevels });
            Dictionary<string, long> ids = new(StringComparer.Ordinal);
            if (Field(root, "model", JsonValueKind.Object) is not { } model || ReadVocabulary(model, ids) is not { } size)
            {
                return Reading<IReadOnlyDictionary<string, long>>.Wrong("it has no model.vocab");
            }

            if (Field(root, "added_tokens", JsonValueKind.Array) is { } added)
            {
                Count(added, size, ids);
            }

            return new Reading<IReadOnlyDictionary<string, long>>(ids);
        }
        catch (JsonException)
        {
            return Reading<IReadOnlyDictionary<string, long>>.Wrong("it is not JSON");
        }
        catch (InvalidOperationException)
        {
            return Reading<IReadOnlyDictionary<string, long>>.Wrong("a token in it is not a text");
        }
    }

    /// <summary>The number of entries: an object maps texts to ids, the list of Unigram numbers its items. Of one text twice the last
    /// counts.</summary>
    private static int? ReadVocabulary(JsonElement model, Dictionary<string, long> ids)
    {
        if (Field(model, "vocab", JsonValueKind.Object) is { } map)
        {
            foreach (JsonProperty entry in map.EnumerateObject())
            {
                if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetUInt32(out uint id))
                {
                    return null;
                }

                ids[entry.Name] = id;
            }

            return ids.Count;
        }

        if (Field(model, "vocab", JsonValueKind.Array) is not { } list)
        {
            return null;
        }

        int next = 0;
        foreach (JsonElement piece in list.EnumerateArray())
        {
            if (piece.ValueKind != JsonValueKind.Array || piece.GetArrayLength() != 2)
            {
                return null;
            }

            ids[piece[0].GetString()!] = next++;
        }

        return next;
    }

    // The library passes an empty text over.
    private static void Count(JsonElement added, int size, Dictionary<string, long> ids)
    {
        Counter counter = new(size);
        foreach (JsonElement token in added.EnumerateArray())
        {
            if (Field(token, "content", JsonValueKind.String)?.GetString() is not { Length: > 0 } text)
            {
                continue;
            }

            ids[text] = counter.Take(ids.TryGetValue(text, out long known) ? known : null);
        }
    }

    private static JsonElement? Field(JsonElement owner, string name, JsonValueKind kind) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out JsonElement value) && value.ValueKind == kind
        ? value
        : null;

    /// <summary>Numbers added tokens in the order of their list.</summary>
    /// <param name="pieces">Size of the vocabulary.</param>
    internal sealed class Counter(long pieces)
    {
        private long next = pieces;

        /// <summary>The id of the next token that the vocabulary does not have.</summary>
        public long Next => next;

        /// <summary>The id of the next token: that of the vocabulary, or else one more than the highest so far, at least the vocabulary's
        /// size.</summary>
        /// <param name="known">The id that the vocabulary has for it.</param>
        public long Take(long? known)
        {
            long id = known ?? next;
            next = Math.Max(next, id + 1);
            return id;
        }
    }
}
