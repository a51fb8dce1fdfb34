using System.Text;
using System.Text.Unicode;
using ModelPack.Formats.Gguf;

namespace ModelPack.Validation.Facts;

/// <summary>The vocabulary of a GGUF file (gguf.md §6.4).</summary>
internal static class GgufTokenizer
{
    private const string Prefix = "tokenizer.ggml.";
    private const string TokensKey = Prefix + "tokens";
    private const string MergesKey = Prefix + "merges";
    private const string IdEnding = "_token_id";

    private static readonly string[] Lists = [Prefix + "scores", Prefix + "token_type"];

    public static TokenizerFacts? Read(GgufFile file)
    {
        if (file.Find(TokensKey) is not { } tokens)
        {
            return null;
        }

        GgufValue? merges = file.Find(MergesKey);
        return new()
        {
            Vocabulary = new(TokensKey, tokens.Count, MetadataPlace.Of(file, tokens)),
            Tokens = [.. Strings(tokens)],
            Counts = [
                .. Lists.Where(key => file.Find(key) is not null)
                    .Select(key => new TokenCount(key, file.Find(key)!.Count, MetadataPlace.Of(file, file.Find(key)!)))],
            Ids = [.. Ids(file)],
            MergesKey = MergesKey,
            MergesOffset = merges is null ? null : MetadataPlace.Of(file, merges),
            Merges = merges is null ? [] : Strings(merges).Select(TokenizerFacts.Split),
        };
    }

    private static IEnumerable<TokenId> Ids(GgufFile file)
    {
        foreach (MetadataEntry entry in file.Metadata)
        {
            bool isId = entry.Key.StartsWith(Prefix, StringComparison.Ordinal) && entry.Key.EndsWith(IdEnding, StringComparison.Ordinal);
            if (isId && ((GgufValue)entry.Value).TryGetInteger(out Int128 id))
            {
                yield return new(entry.Key, (long)Int128.Clamp(id, long.MinValue, long.MaxValue), MetadataPlace.Of(file, entry.Value));
            }
        }
    }

    private static IEnumerable<string> Strings(GgufValue value)
    {
        foreach (ReadOnlyMemory<byte> bytes in value.EnumerateStrings())
        {
            // Bytes that are not UTF-8 must not become one replacement character for all of them.
            yield return Utf8.IsValid(bytes.Span) ? Encoding.UTF8.GetString(bytes.Span) : "\uFFFF" + Encoding.Latin1.GetString(bytes.Span);
        }
    }
}
