using ModelPack.Diagnostics;

namespace ModelPack.Verification.Comparison;

/// <summary>Compares metadata key by key: presence, type, bytes, order.</summary>
internal static class MetadataComparison
{
    private const int DisplayedItems = 6;
    private const int DisplayedLength = 80;

    public static IEnumerable<Difference> Compare(IReadOnlyList<MetadataEntry> first, IReadOnlyList<MetadataEntry> second)
    {
        ILookup<string, MetadataValue> left = first.ToLookup(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
        ILookup<string, MetadataValue> right = second.ToLookup(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
        bool same = true;
        foreach (IGrouping<string, MetadataValue> key in left)
        {
            if (CompareKey(key, right[key.Key].ToArray()) is { } difference)
            {
                same = false;
                yield return difference;
            }
        }

        foreach (IGrouping<string, MetadataValue> key in right.Where(key => !left.Contains(key.Key)))
        {
            same = false;
            yield return new(DifferenceKind.Metadata, key.Key, $"the key '{key.Key}' is in the second file only: {Show(key.First())}");
        }

        if (!same)
        {
            yield break;
        }

        for (int i = 0; i < first.Count; i++)
        {
            if (first[i].Key != second[i].Key)
            {
                yield return new(
                    DifferenceKind.Metadata, second[i].Key,
                    $"the keys stand in another order: number {i} is '{first[i].Key}' in the first file and '{second[i].Key}' in the second");
                yield break;
            }
        }
    }

    private static Difference? CompareKey(IGrouping<string, MetadataValue> key, MetadataValue[] others)
    {
        MetadataValue[] own = key.ToArray();
        if (others.Length == 0)
        {
            return new(
                DifferenceKind.Metadata, key.Key, $"the key '{key.Key}' is missing in the second file; the first has {Show(own[0])}");
        }

        if (own.Length != others.Length)
        {
            return new(
                DifferenceKind.Metadata, key.Key,
                $"the key '{key.Key}' stands {Plural.Of(own.Length, "time")} in the first file and "
                    + $"{Plural.Of(others.Length, "time")} in the second");
        }

        for (int i = 0; i < own.Length; i++)
        {
            if (own[i].TypeName != others[i].TypeName)
            {
                return new(
                    DifferenceKind.Metadata, key.Key,
                    $"the key '{key.Key}' has the type {own[i].TypeName} in the first file and {others[i].TypeName} in the second");
            }

            if (!own[i].RawBytes.Span.SequenceEqual(others[i].RawBytes.Span))
            {
                string where = MetadataItems.Describe(own[i], others[i]) is { } items
                    ? $"the key '{key.Key}' ({own[i].TypeName}) has {items}"
                    : $"the key '{key.Key}' is {Show(own[i])} in the first file and {Show(others[i])} in the second";
                return new(DifferenceKind.Metadata, key.Key, where);
            }
        }

        return null;
    }

    private static string Show(MetadataValue value)
    {
        string text = value.Display(DisplayedItems);
        return text.Length <= DisplayedLength ? text : text[..DisplayedLength] + "…";
    }
}
