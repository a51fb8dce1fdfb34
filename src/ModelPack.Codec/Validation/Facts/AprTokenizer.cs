using System.Text.Json;
using ModelPack.Formats.Apr;

namespace ModelPack.Validation.Facts;

/// <summary>The vocabulary of an APR file (apr-v2.md §7.3).</summary>
internal static class AprTokenizer
{
    private const string Prefix = "tokenizer.";
    private const string TokensKey = Prefix + "vocabulary";
    private const string MergesKey = Prefix + "merges";
    private const string SizeKey = Prefix + "vocab_size";
    private const string IdEnding = "_token_id";

    private static readonly string[] Lists = [Prefix + "scores", Prefix + "token_type"];

    public static TokenizerFacts? Read(AprFile file)
    {
        if (Find(file, TokensKey) is not { ValueKind: JsonValueKind.Array } tokens)
        {
            return null;
        }

        JsonElement? merges = Find(file, MergesKey);
        return new()
        {
            Vocabulary = new(TokensKey, tokens.GetArrayLength(), Place(file, TokensKey)),
            Tokens = [.. JsonFacts.Items(tokens).Select(token => JsonFacts.Text(token)).OfType<string>()],
            Counts = [.. Counts(file)],
            Ids = [.. Ids(file)],
            MergesKey = MergesKey,
            MergesOffset = Place(file, MergesKey),
            Merges = merges.Items().Select(rule => TokenizerFacts.Split(JsonFacts.Text(rule) ?? "")),
        };
    }

    // The importer from GGUF writes an empty list of scores (apr-v2.md §7.3).
    private static IEnumerable<TokenCount> Counts(AprFile file)
    {
        foreach (string key in Lists)
        {
            if (Find(file, key).Count() is > 0 and int count)
            {
                yield return new(key, count, Place(file, key));
            }
        }

        if (Find(file, SizeKey).Integer() is { } size)
        {
            yield return new(SizeKey, size, Place(file, SizeKey));
        }
    }

    private static IEnumerable<TokenId> Ids(AprFile file)
    {
        foreach (string key in file.Metadata.Select(entry => entry.Key).Distinct(StringComparer.Ordinal))
        {
            bool isId = key.StartsWith(Prefix, StringComparison.Ordinal) && key.EndsWith(IdEnding, StringComparison.Ordinal);
            if (isId && Find(file, key).Integer() is { } id)
            {
                yield return new(key, id, Place(file, key));
            }
        }
    }

    private static JsonElement? Find(AprFile file, string key) =>
        file.FindMetadata(key) is { } value ? JsonFacts.Parse(value.RawBytes) : null;

    private static long? Place(AprFile file, string key) => file.FindMetadata(key) is { } value ? MetadataPlace.Of(file, value) : null;
}
