namespace ModelPack.Interop.Tests.Models;

/// <summary>Byte pair encoding, learned from a text and applied to others.</summary>
internal sealed class BytePairs
{
    private readonly Dictionary<(string Left, string Right), int> ranks;

    private BytePairs(List<(string Left, string Right)> merges)
    {
        Merges = merges;
        ranks = merges.Select((merge, rank) => (merge, rank)).ToDictionary(pair => pair.merge, pair => pair.rank);
    }

    public IReadOnlyList<(string Left, string Right)> Merges { get; }

    /// <summary>Merges the most frequent pair again and again; among equals the first by code points.</summary>
    public static BytePairs Learn(IEnumerable<string> words, int merges)
    {
        (List<string> Parts, int Count)[] counted =
            [.. words.GroupBy(word => word).Select(group => (group.Key.Select(letter => letter.ToString()).ToList(), group.Count()))];
        List<(string Left, string Right)> learned = [];
        while (learned.Count < merges)
        {
            (string, string) best = counted
                .SelectMany(word => Pairs(word.Parts).Select(pair => (pair, word.Count)))
                .GroupBy(entry => entry.pair, entry => entry.Count)
                .OrderByDescending(group => group.Sum())
                .ThenBy(group => group.Key.Left, StringComparer.Ordinal)
                .ThenBy(group => group.Key.Right, StringComparer.Ordinal)
                .First().Key;
            learned.Add(best);
            foreach ((List<string> parts, _) in counted)
            {
                Merge(parts, best);
            }
        }

        return new(learned);
    }

    /// <summary>Merges the pair that was learned first as long as there is one.</summary>
    public IEnumerable<string> Apply(string word)
    {
        List<string> parts = [.. word.Select(letter => letter.ToString())];
        while (Pairs(parts).Where(ranks.ContainsKey).Select(pair => ((string, string)?)pair).MinBy(pair => ranks[pair!.Value]) is { } first)
        {
            Merge(parts, first);
        }

        return parts;
    }

    private static IEnumerable<(string Left, string Right)> Pairs(List<string> parts) => parts.Zip(parts.Skip(1));

    private static void Merge(List<string> parts, (string Left, string Right) pair)
    {
        for (int i = 0; i + 1 < parts.Count; i++)
        {
            if (parts[i] == pair.Left && parts[i + 1] == pair.Right)
            {
                parts[i] += pair.Right;
                parts.RemoveAt(i + 1);
            }
        }
    }
}
