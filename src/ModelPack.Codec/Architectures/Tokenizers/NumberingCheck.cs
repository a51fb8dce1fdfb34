using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>
/// Compares the number that the tokenizers library will give each token with its place in <c>tokenizer.ggml.tokens</c>, which is the row of
/// the embedding. Another number is another token to the model, so no tokenizer.json is written that fails here.
/// </summary>
internal static class NumberingCheck
{
    /// <summary>What differs, or null. Only a filler may be missing.</summary>
    public static string? FindDifference(ReadOnlySpan<byte> document, Vocabulary vocabulary)
    {
        Reading<IReadOnlyDictionary<string, long>> ids = EffectiveIds.Of(document);
        if (!ids.IsRead)
        {
            return ids.Problem;
        }

        string?[] written = new string?[vocabulary.Tokens.Length];
        foreach ((string text, long id) in ids.Value)
        {
            if (id >= written.Length)
            {
                continue;
            }

            if (written[id] is { } other)
            {
                return $"it gives '{SafeText.Shorten(other)}' and '{SafeText.Shorten(text)}' the id {id}";
            }

            written[id] = text;
        }

        for (int id = 0; id < written.Length; id++)
        {
            if (!vocabulary.IsFiller(id) && !IsSame(vocabulary, id, written[id]))
            {
                return Describe(id, vocabulary.Tokens[id], written[id], ids.Value);
            }
        }

        return null;
    }

    /// <summary>Converters write a space for U+2581 in a user-defined token, and in no other (tokenizers.md §3.5).</summary>
    private static bool IsSame(Vocabulary vocabulary, int id, string? written) => written == vocabulary.Tokens[id]
        || (vocabulary.Kinds[id] == TokenKind.UserDefined && written is not null && Spaced(written) == Spaced(vocabulary.Tokens[id]));

    private static string Spaced(string text) => text.Replace(Fragments.Space, " ", StringComparison.Ordinal);

    private static string Describe(int id, string token, string? written, IReadOnlyDictionary<string, long> ids)
    {
        string given = ids.TryGetValue(token, out long other) ? $"the id {other}" : "no id";
        return $"the tokenizers library would give '{SafeText.Shorten(token)}' {given}, but {TokenizerKeys.Tokens} has it at {id}"
            + (written is null ? "" : $", where '{SafeText.Shorten(written)}' would stand");
    }
}
