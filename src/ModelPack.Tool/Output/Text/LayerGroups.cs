using System.Globalization;
using System.Text.RegularExpressions;

namespace ModelPack.Tool.Output.Text;

/// <summary>Sentences that differ in the number of a layer only, as one with the range: what holds for a hundred layers is said
/// once.</summary>
internal static partial class LayerGroups
{
    /// <summary>One sentence, and the items that it stands for.</summary>
    internal sealed record Group<T>(string Text, IReadOnlyList<T> Items);

    /// <summary>Groups in the order of their first items.</summary>
    public static IReadOnlyList<Group<T>> Of<T>(IEnumerable<T> items, Func<T, string> text)
    {
        Dictionary<string, List<(T Item, int? Layer, string Text)>> groups = new(StringComparer.Ordinal);
        foreach (T item in items)
        {
            string sentence = text(item);
            (string pattern, int? layer) = Pattern(sentence);
            if (!groups.TryGetValue(pattern, out List<(T, int?, string)>? group))
            {
                groups.Add(pattern, group = []);
            }

            group.Add((item, layer, sentence));
        }

        return [.. groups.Select(group => new Group<T>(
            group.Value.Count == 1
                ? group.Value[0].Text
                : group.Key.Replace("\0", Ranges(group.Value.ConvertAll(item => item.Layer ?? 0)), StringComparison.Ordinal),
            group.Value.ConvertAll(item => item.Item)))];
    }

    // blk.12.attn_q.weight, model.layers.12.self_attn: the first number between dots after a word, wherever the sentence repeats it.
    private static (string Pattern, int? Layer) Pattern(string text)
    {
        Match match = Layer().Match(text);
        if (!match.Success || !int.TryParse(match.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int layer))
        {
            return (text, null);
        }

        return (Layer().Replace(text, found => found.Value == match.Value ? "\0" : found.Value), layer);
    }

    private static string Ranges(List<int> layers)
    {
        layers.Sort();
        List<string> ranges = [];
        for (int first = 0; first < layers.Count;)
        {
            int last = first;
            while (last + 1 < layers.Count && layers[last + 1] <= layers[last] + 1)
            {
                last++;
            }

            ranges.Add(layers[first] == layers[last] ? $"{layers[first]}" : $"{layers[first]}-{layers[last]}");
            first = last + 1;
        }

        return $"{{{string.Join(',', ranges)}}}";
    }

    [GeneratedRegex(@"(?<=[A-Za-z]\.)\d{1,6}(?=\.)")]
    private static partial Regex Layer();
}
