namespace ModelPack.Diagnostics;

/// <summary>How near two words are.</summary>
internal static class Spelling
{
    /// <summary>The number of letters that have to be changed, added, dropped or exchanged with their neighbour; upper and lower case are
    /// the same.</summary>
    public static int Distance(string first, string second)
    {
        (string a, string b) = (first.ToUpperInvariant(), second.ToUpperInvariant());
        int[,] steps = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                steps[i, j] = i == 0 || j == 0
                    ? i + j
                    : Math.Min(Math.Min(steps[i - 1, j], steps[i, j - 1]) + 1, steps[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    steps[i, j] = Math.Min(steps[i, j], steps[i - 2, j - 2] + 1);
                }
            }
        }

        return steps[a.Length, b.Length];
    }

    /// <summary>True if one is likely meant as the other: a slip or two in a longer word, two in the second half of a shorter one, or a
    /// good part of it.</summary>
    public static bool IsNear(string known, string written) =>
        Distance(known, written) <= Math.Min(Math.Max(known.Length, written.Length) / 3, 3)
        || (written.Length == known.Length && written.Length >= 5
            && known.StartsWith(written[..((written.Length + 1) / 2)], StringComparison.OrdinalIgnoreCase) && Distance(known, written) <= 2)
        || (written.Length * 2 >= known.Length && written.Length >= 4 && known.Contains(written, StringComparison.OrdinalIgnoreCase));
}
