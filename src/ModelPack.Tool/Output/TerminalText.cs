using System.Globalization;
using System.Text;

namespace ModelPack.Tool.Output;

/// <summary>
/// Text of a file on its way to a terminal. Names and values come from files that nobody trusts: control characters, line breaks and
/// direction marks are written as escapes, so that a file can neither steer the terminal nor forge a line of the report.
/// </summary>
internal static class TerminalText
{
    public static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        StringBuilder clean = new(text.Length + 16);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (IsHarmless(rune))
            {
                clean.Append(rune.ToString());
            }
            else
            {
                clean.Append(rune.Value <= 0xFFFF ? $"\\u{rune.Value:X4}" : $"\\U{rune.Value:X8}");
            }
        }

        return clean.ToString();
    }

    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned);
}
