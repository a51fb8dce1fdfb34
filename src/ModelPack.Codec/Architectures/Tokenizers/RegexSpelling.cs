using System.Globalization;
using System.Text;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>
/// One spelling of regular expressions with the same meaning: published files write a character as itself or as an escape, order the items
/// of a class as they like, and repeat where a shorter sign exists. What this does not know stays as it is written, so that two expressions
/// never become equal by mistake.
/// </summary>
internal static class RegexSpelling
{
    private const int LongestHex = 6;

    /// <summary>Longer than the name of any class of Unicode with its braces.</summary>
    private const int LongestName = 64;

    private const string Meta = @"\^$.|?*+()[]{}";

    private static readonly (string Written, string Same)[] Quantifiers = [("{1}", ""), ("{0,1}", "?"), ("{1,}", "+"), ("{0,}", "*")];

    /// <summary>Contractions in tiktoken's spelling: the apostrophe stands before the group.</summary>
    private static readonly (string Written, string Same)[] Contractions =
    [
        ("'(?i:[sdmt]|ll|ve|re)|", "(?i:'s|'t|'re|'ve|'m|'ll|'d)|"), ("'(?:[sdmt]|ll|ve|re)|", "'s|'t|'re|'ve|'m|'ll|'d|"),
    ];

    public static string Normal(string regex)
    {
        foreach ((string written, string same) in Contractions)
        {
            regex = regex.StartsWith(written, StringComparison.Ordinal) ? same + regex[written.Length..] : regex;
        }

        StringBuilder text = new();
        int depth = 0;
        for (int at = 0; at < regex.Length;)
        {
            char sign = regex[at];
            depth += sign == '(' ? 1 : sign == ')' ? -1 : 0;
            if (sign == '[')
            {
                at = Class(regex, at, text);
            }
            else if (sign == '\\')
            {
                at = Escape(regex, at, text);
            }
            else if (sign == '{'
                && Quantifiers.FirstOrDefault(item => regex.AsSpan(at).StartsWith(item.Written)) is { Written.Length: > 0 } known)
            {
                text.Append(known.Same);
                at += known.Written.Length;
            }
            else if (sign == '+' && depth == 0 && EndsBranch(regex, at))
            {
                // Nothing follows that could make the repetition give a character back, so that a possessive one is a greedy one.
                at++;
            }
            else
            {
                text.Append(sign);
                at++;
            }
        }

        return text.ToString();
    }

    /// <summary>The expression that matches a text as it is.</summary>
    public static string Literal(string text)
    {
        StringBuilder regex = new();
        foreach (Rune rune in text.EnumerateRunes())
        {
            Append(regex, rune, Meta);
        }

        return regex.ToString();
    }

    /// <summary>True for the second sign of a possessive repetition that ends a branch of the whole expression. Behind braces a plus is a
    /// repetition of its own.</summary>
    private static bool EndsBranch(string regex, int at) =>
        at > 1 && regex[at - 1] is '+' or '*' or '?' && regex[at - 2] is not ('+' or '*' or '?' or '\\' or '(' or '|')
        && (at + 1 == regex.Length || regex[at + 1] == '|');

    private static int Escape(string regex, int at, StringBuilder text)
    {
        if (TryLiteral(regex, at, out Rune rune, out int end))
        {
            Append(text, rune, Meta);
            return end;
        }

        end = EscapeEnd(regex, at);
        text.Append(regex, at, end - at);
        return end;
    }

    /// <summary>Writes a class as its escapes and ranges in order; one that nests or intersects others only with its characters
    /// unescaped.</summary>
    private static int Class(string regex, int at, StringBuilder text)
    {
        int next = at + 1;
        bool negated = next < regex.Length && regex[next] == '^';
        next += negated ? 1 : 0;
        SortedSet<string> escapes = new(StringComparer.Ordinal);
        List<(int First, int Last)> ranges = [];
        for (bool isFirst = true; next < regex.Length && (isFirst || regex[next] != ']'); isFirst = false)
        {
            if (regex[next] == '[' || regex[next] == ']' || regex.AsSpan(next).StartsWith("&&"))
            {
                return Nested(regex, at, text);
            }

            if (!TryLiteral(regex, next, out Rune first, out int end))
            {
                end = EscapeEnd(regex, next);
                escapes.Add(regex[next..end]);
            }
            else if (end + 1 < regex.Length && regex[end] == '-' && regex[end + 1] is not (']' or '[')
                && TryLiteral(regex, end + 1, out Rune last, out int after) && last >= first)
            {
                ranges.Add((first.Value, last.Value));
                end = after;
            }
            else
            {
                ranges.Add((first.Value, first.Value));
            }

            next = end;
        }

        if (next >= regex.Length)
        {
            return Nested(regex, at, text);
        }

        Write(text, negated, escapes, Joined(ranges));
        return next + 1;
    }

    private static void Write(StringBuilder text, bool negated, SortedSet<string> escapes, List<(int First, int Last)> ranges)
    {
        if (!negated && escapes.Count + ranges.Count == 1 && (ranges.Count == 0 || ranges[0].First == ranges[0].Last))
        {
            _ = ranges.Count == 0 ? text.Append(escapes.Min) : Append(text, new Rune(ranges[0].First), Meta);
            return;
        }

        const string ClassMeta = @"\^-[]&";
        text.Append(negated ? "[^" : "[").AppendJoin("", escapes);
        foreach ((int first, int last) in ranges)
        {
            Append(text, new Rune(first), ClassMeta);
            if (last > first)
            {
                Append(text.Append('-'), new Rune(last), ClassMeta);
            }
        }

        text.Append(']');
    }

    private static List<(int First, int Last)> Joined(List<(int First, int Last)> ranges)
    {
        ranges.Sort();
        List<(int First, int Last)> joined = [];
        foreach ((int first, int last) in ranges)
        {
            if (joined.Count > 0 && first <= joined[^1].Last + 1 && Rune.IsValid(joined[^1].Last + 1))
            {
                joined[^1] = (joined[^1].First, Math.Max(joined[^1].Last, last));
            }
            else
            {
                joined.Add((first, last));
            }
        }

        return joined;
    }

    private static int Nested(string regex, int at, StringBuilder text)
    {
        int depth = 0;
        for (; at < regex.Length; at++)
        {
            depth += regex[at] == '[' ? 1 : regex[at] == ']' ? -1 : 0;
            int escaped = regex[at] == '\\' && at + 1 < regex.Length ? "rnt".IndexOf(regex[at + 1], StringComparison.Ordinal) : -1;
            if (escaped >= 0)
            {
                text.Append("\r\n\t"[escaped]);
                at++;
                continue;
            }

            text.Append(regex[at]);
            if (regex[at] == '\\' && at + 1 < regex.Length)
            {
                text.Append(regex[++at]);
            }
            else if (depth == 0)
            {
                return at + 1;
            }
        }

        return at;
    }

    /// <summary>Reads a character that stands for itself, or an escape of one.</summary>
    private static bool TryLiteral(string regex, int at, out Rune rune, out int end)
    {
        end = at + 1;
        if (regex[at] != '\\')
        {
            bool valid = Rune.TryGetRuneAt(regex, at, out rune);
            end = at + (valid ? rune.Utf16SequenceLength : 1);
            return valid;
        }

        rune = default;
        if (end == regex.Length)
        {
            return false;
        }

        char sign = regex[end++];
        int control = "rnt".IndexOf(sign, StringComparison.Ordinal);
        if (control >= 0 || char.IsAsciiLetterOrDigit(sign))
        {
            return control >= 0 ? Rune.TryCreate("\r\n\t"[control], out rune) : TryHex(regex, sign, ref end, out rune);
        }

        return char.IsAscii(sign) && Rune.TryCreate(sign, out rune);
    }

    /// <summary><c>\uHHHH</c>, <c>\xHH</c>, <c>\u{H}</c> and <c>\x{H}</c>.</summary>
    private static bool TryHex(string regex, char sign, ref int end, out Rune rune)
    {
        rune = default;
        bool braced = end < regex.Length && regex[end] == '{';
        int begin = braced ? end + 1 : end;
        int length = braced ? regex.AsSpan(begin)[..Math.Min(LongestHex + 1, regex.Length - begin)].IndexOf('}') : sign == 'u' ? 4 : 2;
        if (sign is not ('u' or 'x') || length is < 1 or > LongestHex || begin + length > regex.Length
            || !int.TryParse(regex.AsSpan(begin, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
            || !Rune.TryCreate(value, out rune))
        {
            return false;
        }

        end = begin + length + (braced ? 1 : 0);
        return true;
    }

    private static int EscapeEnd(string regex, int at)
    {
        int end = Math.Min(at + 2, regex.Length);
        if (end < regex.Length && regex[end] == '{' && regex[end - 1] is 'p' or 'P' or 'x' or 'u')
        {
            int close = regex.AsSpan(end)[..Math.Min(LongestName, regex.Length - end)].IndexOf('}');
            end = close < 0 ? end : end + close + 1;
        }

        return end;
    }

    private static StringBuilder Append(StringBuilder text, Rune rune, string meta)
    {
        _ = rune.IsAscii && meta.Contains((char)rune.Value, StringComparison.Ordinal) ? text.Append('\\') : text;
        return text.Append(rune.ToString());
    }
}
