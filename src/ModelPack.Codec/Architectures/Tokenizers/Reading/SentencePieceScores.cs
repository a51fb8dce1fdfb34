using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>
/// Scores that make the runtime do the merges of a tokenizer.json: it joins the pair whose result has the best score, so each result gets
/// its place among the results (tokenizers.md §2, §3.4). In which order the splits of one piece are listed is no matter.
/// </summary>
internal static class SentencePieceScores
{
    /// <exception cref="NoKeyException">The runtime would merge what the file does not list.</exception>
    public static void Set(TokenizerFolder folder, string file, Vocabulary vocabulary, List<(string Left, string Right)> merges)
    {
        Dictionary<string, int> ranks = new(StringComparer.Ordinal);
        HashSet<(string, string)> listed = [];
        HashSet<string> torn = new(StringComparer.Ordinal);
        string? last = null;
        foreach ((string left, string right) in merges)
        {
            // Added tokens are cut out of the text first, so that no merge makes one.
            string result = left + right;
            listed.Add((left, right));
            if (vocabulary.Kinds[vocabulary.Ids[result]] == TokenKind.Normal)
            {
                _ = ranks.TryAdd(result, ranks.Count) || result == last || torn.Add(result);
                last = result;
            }
        }

        Reading<List<(string Left, string Right)>> possible = SentencePieceMerges.Derive(vocabulary, out _);
        if (!possible.TryGet(out List<(string Left, string Right)> all))
        {
            throw new NoKeyException(file, $"no scores stand for model.merges: {possible.Problem}");
        }

        // A token that no merge makes gets the best score of all, and is joined where its parts meet.
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> places = ranks.GetAlternateLookup<ReadOnlySpan<char>>();
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> ids = vocabulary.Ids.GetAlternateLookup<ReadOnlySpan<char>>();
        int? Rank(ReadOnlySpan<char> text) => places.TryGetValue(text, out int place) ? place
            : ids.TryGetValue(text, out int id) && vocabulary.Kinds[id] == TokenKind.Normal ? 0 : null;

        long work = 0;
        foreach ((string left, string right) in all)
        {
            if (!listed.Contains((left, right)) && Merges(vocabulary, left) && Merges(vocabulary, right)
                && SentencePieceSteps.Meet(left, right, Rank, ref work))
            {
                throw new NoKeyException(
                    file, $"model.merges has no '{SafeText.Shorten(left)}' '{SafeText.Shorten(right)}', but the runtime joins every two "
                        + $"tokens that make a third");
            }
        }

        if (torn.Count > 0)
        {
            folder.Note(
                file, $"model.merges: the merges that make "
                    + $"'{SafeText.Shorten(torn.Min(StringComparer.Ordinal)!)}'{(torn.Count > 1 ? $", and those of {torn.Count - 1} more," : "")} stand apart from one another; the runtime joins all of a token alike, as early as the first");
        }

        for (int id = 0; id < vocabulary.Tokens.Length; id++)
        {
            vocabulary.Scores![id] = vocabulary.Kinds[id] != TokenKind.Normal
                ? vocabulary.Scores[id]
                : ranks.TryGetValue(vocabulary.Tokens[id], out int rank) ? -rank : 0;
        }
    }

    /// <summary>Whether a part can come up in a text: added tokens are cut out of it first.</summary>
    private static bool Merges(Vocabulary vocabulary, string part) => vocabulary.Kinds[vocabulary.Ids[part]] == TokenKind.Normal;
}
