using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ModelPack.Diagnostics;

/// <summary>
/// Text of a file on its way to a terminal, a log or a CI service. Names and values come from files that nobody trusts: what could steer a
/// terminal, forge a line, reorder or hide text, or be taken for a command or a diagnostic by the program that reads the log is written as
/// an escape. Every message of this library has passed through here.
/// </summary>
internal static partial class SafeText
{
    private const int LongestShownName = 64;

    // Default_Ignorable_Code_Point of Unicode beyond the category Format: shown as nothing, so that two different names look alike.
    private static readonly (int First, int Last)[] Invisible =
    [
        (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2065, 0x2065), (0x3164, 0x3164), (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0),
        (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF),
    ];

    /// <summary>Returns the text with <c>\uXXXX</c> (above U+FFFF <c>\UXXXXXXXX</c>) in place of each character that could do harm. A
    /// second call changes nothing.</summary>
    /// <param name="text">Any text.</param>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string visible = text.AsSpan().ContainsAnyExceptInRange(' ', '~') ? EscapeRunes(text) : text;
        return EscapeCommands(visible);
    }

    /// <summary>The same for the text between the quotes of a JSON string, which means the same afterwards: control characters are escapes
    /// there already.</summary>
    /// <param name="content">Escaped by JSON's rules.</param>
    /// <exception cref="ArgumentNullException"><paramref name="content"/> is null.</exception>
    public static string EscapeJson(string content)
    {
        ArgumentNullException.ThrowIfNull(content);
        return EscapeCommands(content);
    }

    /// <summary>A name for a message: the beginning of a long one.</summary>
    internal static string Shorten(string name) => name.Length <= LongestShownName ? name : name[..LongestShownName] + "…";

    private static string EscapeCommands(string text) => Commands().Replace(text, match => $"\\u{(int)match.Value[0]:X4}");

    private static string EscapeRunes(string text)
    {
        StringBuilder clean = new(text.Length + 16);
        foreach (Rune rune in text.EnumerateRunes())
        {
            _ = IsHarmless(rune) ? clean.Append(rune.ToString())
                : clean.Append(rune.Value <= 0xFFFF ? $"\\u{rune.Value:X4}" : $"\\U{rune.Value:X8}");
        }

        return clean.ToString();
    }

    private static bool IsHarmless(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is not
            (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned)
        && !Array.Exists(Invisible, range => rune.Value >= range.First && rune.Value <= range.Last);

    // What programs that read a log look for; one character of it is escaped:
    //   ::          GitHub Actions (::error::, ::set-env …), at the beginning of a line
    //   ##…[        Azure Pipelines (##vso[, ##[), older GitHub runners (##[) and TeamCity (##teamcity[), anywhere in a line
    //   error X:    MSBuild's canonical errors and warnings, as its Exec task and problem matchers find them, also without a code: the word
    // itself is broken
    [GeneratedRegex(
        @"(?<=:):|(?<=#)#(?=[A-Za-z]*\[)|(?<=(?:^|[\s:])(?:erro|warnin))[rg](?=(?>\s*):|(?>\s+)(?>[^:\s]+)(?>\s*):)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Commands();
}
