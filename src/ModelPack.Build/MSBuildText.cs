using System.Text;

namespace ModelPack.Build;

/// <summary>
/// Text for the engine. Items and metadata are kept in the engine's own escaped form: handed over as it is, the name <c>a%2Bb</c> would
/// arrive as <c>a+b</c>.
/// </summary>
internal static class MSBuildText
{
    private const string Special = "%*?@$();'";

    /// <summary>The text as the engine keeps it.</summary>
    public static string Escape(string text)
    {
        if (text.AsSpan().IndexOfAny(Special) < 0)
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 8);
        foreach (char letter in text)
        {
            _ = Special.Contains(letter, StringComparison.Ordinal)
                ? escaped.Append('%').Append(((int)letter).ToString("x2", null))
                : escaped.Append(letter);
        }

        return escaped.ToString();
    }
}
