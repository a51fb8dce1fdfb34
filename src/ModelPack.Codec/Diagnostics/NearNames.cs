namespace ModelPack.Diagnostics;

/// <summary>Names that were likely meant by one that is not there.</summary>
internal static class NearNames
{
    private const int Named = 3;
    private const int LongestCompared = 128;
    private const int MostSteps = 3;

    /// <summary>The exception for a name that is not there, which says what may have been meant.</summary>
    public static KeyNotFoundException NotFound(string what, string wanted, IEnumerable<string> known) =>
        new(SafeText.Escape($"{what} '{SafeText.Shorten(wanted)}'{Question(Of(wanted, known))}"));

    private static string Question(string[] near) => near.Length == 0 ? "" : $"; did you mean {string.Join(" or ", near)}?";

    /// <summary>The names that come near, in quotes; none for a long one.</summary>
    public static string[] Of(string wanted, IEnumerable<string> known) => wanted.Length > LongestCompared
        ? []
        :
        [
            .. known.Where(name => name.Length <= LongestCompared && Math.Abs(name.Length - wanted.Length) <= MostSteps)
                .Select(name => (Name: name, Steps: Spelling.Distance(name, wanted)))
                .Where(found => found.Steps <= Math.Min(MostSteps, wanted.Length / MostSteps))
                .OrderBy(found => found.Steps).ThenBy(found => found.Name, StringComparer.Ordinal)
                .Take(Named)
                .Select(found => $"'{SafeText.Shorten(found.Name)}'"),
        ];
}
