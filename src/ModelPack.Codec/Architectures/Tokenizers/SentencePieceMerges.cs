namespace ModelPack.Architectures.Tokenizers;

/// <summary>Derives the merges of a SentencePiece model, which has none: it merges the pair whose result has the highest score
/// (hf-companions.md §2.3).</summary>
internal static class SentencePieceMerges
{
    /// <summary>SentencePiece's own limit on the length of a piece. It bounds the look-ups, whose cost grows with the square of a
    /// length.</summary>
    private const int LongestPiece = 512;

    /// <summary>Real vocabularies give two or three a token, runs of spaces included. It bounds what a hostile one makes out of its
    /// bytes.</summary>
    private const int MostMergesPerToken = 16;

    private readonly record struct Merge(int Token, int Left, int Right);

    /// <summary>The merges in their order.</summary>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="orderIsLost">True if the scores say nothing, and the ids of the merged tokens gave the order.</param>
    public static Reading<List<(string Left, string Right)>> Derive(Vocabulary vocabulary, out bool orderIsLost)
    {
        orderIsLost = false;
        List<Merge> merges = [];
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> ids = vocabulary.Ids.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int token = 0; token < vocabulary.Tokens.Length; token++)
        {
            if (vocabulary.Kinds[token] != TokenKind.Normal)
            {
                continue;
            }

            ReadOnlySpan<char> text = vocabulary.Tokens[token];
            if (text.Length > LongestPiece)
            {
                return Reading<List<(string, string)>>.Wrong(
                    $"{TokenizerKeys.Tokens} has {text.Length} characters at {token}, more than a SentencePiece piece can have");
            }

            for (int split = 1; split < text.Length; split++)
            {
                if (ids.TryGetValue(text[..split], out int left) && ids.TryGetValue(text[split..], out int right))
                {
                    merges.Add(new Merge(token, left, right));
                }
            }

            if (merges.Count / MostMergesPerToken > vocabulary.Tokens.Length)
            {
                return Reading<List<(string, string)>>.Wrong(
                    $"more than {MostMergesPerToken} merges for each of the {vocabulary.Tokens.Length} {TokenizerKeys.Tokens} follow");
            }
        }

        float[]? scores = vocabulary.Scores;
        orderIsLost = merges.Count > 0
            && (scores is null || merges.TrueForAll(merge => scores[merge.Token].Equals(scores[merges[0].Token])))
            && merges.Exists(merge => merge.Token != merges[0].Token);
        HashSet<float> shared = scores is null || orderIsLost ? [] : Shared(merges, scores);
        merges.Sort(
            orderIsLost || scores is null
                ? ById
                : (one, other) => ByScore(one, other, scores, shared.Contains(scores[one.Token]) ? vocabulary.Tokens : null));
        return new Reading<List<(string Left, string Right)>>(
            [.. merges.Select(merge => (vocabulary.Tokens[merge.Left], vocabulary.Tokens[merge.Right]))]);
    }

    private static int ById(Merge one, Merge other) => one.Token != other.Token ? one.Token.CompareTo(other.Token) : ByParts(one, other);

    /// <summary>Scores of more than one result.</summary>
    private static HashSet<float> Shared(List<Merge> merges, float[] scores)
    {
        Dictionary<float, int> first = [];
        HashSet<float> shared = [];
        foreach (Merge merge in merges)
        {
            if (!first.TryAdd(scores[merge.Token], merge.Token) && first[scores[merge.Token]] != merge.Token)
            {
                shared.Add(scores[merge.Token]);
            }
        }

        return shared;
    }

    /// <summary>
    /// Of results with one score the model takes the leftmost pair of the text, so that a run of spaces grows from its begin: there the
    /// longest part stands on the left.
    /// </summary>
    private static int ByScore(Merge one, Merge other, float[] scores, string[]? tied)
    {
        int order = scores[other.Token].CompareTo(scores[one.Token]);
        order = order != 0 || tied is null ? order : tied[other.Left].Length.CompareTo(tied[one.Left].Length);
        return order != 0 ? order : ByParts(one, other);
    }

    private static int ByParts(Merge one, Merge other) =>
        one.Left != other.Left ? one.Left.CompareTo(other.Left) : one.Right.CompareTo(other.Right);
}
