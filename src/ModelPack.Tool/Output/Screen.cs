using System.Text;

namespace ModelPack.Tool.Output;

/// <summary>How a report is shown: plain and unbroken where a program reads it, else with colour and within the terminal's width.</summary>
/// <param name="Width">Columns; <see cref="int.MaxValue"/> breaks no line.</param>
/// <param name="HasColour">Whether escapes for colour may be written.</param>
internal sealed record Screen(int Width, bool HasColour)
{
    private const int LeastWidth = 80;

    // Of the sixteen colours: each terminal has its own for dark and for light ground.
    private const string Green = "\u001b[32m";
    private const string Red = "\u001b[31m";
    private const string Plain = "\u001b[0m";

    // Name and value of a field, see TextReport.
    private const int FieldIndent = 15;

    // Where a word stands that is too long for the column of values, a SHA-256 for one.
    private const int Outer = 4;

    /// <summary>What a file or a pipe gets.</summary>
    public static Screen None { get; } = new(int.MaxValue, false);

    /// <summary>True where escapes would be shown as they are.</summary>
    public static bool IsDumb => Environment.GetEnvironmentVariable("TERM") == "dumb";

    /// <summary>The terminal behind a standard stream, if there is one.</summary>
    public static Screen Of(bool isRedirected)
    {
        if (isRedirected)
        {
            return None;
        }

        bool hasColour = !IsDumb && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new(Math.Max(Console.WindowWidth, LeastWidth), hasColour);
    }

    /// <summary>The text as this screen shows it. It holds no escapes yet: every line of a report has passed
    /// <see cref="SafeText.Escape"/>.</summary>
    public string Show(string text, Verdict verdict)
    {
        if (Width == int.MaxValue && !HasColour)
        {
            return text;
        }

        StringBuilder shown = new(text.Length + 64);
        string colour = !HasColour ? "" : verdict switch { Verdict.Good => Green, Verdict.Bad => Red, _ => "" };
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            string folded = Fold(line);
            _ = colour.Length > 0 ? shown.Append(colour).Append(folded).Append(Plain) : shown.Append(folded);
            shown.Append('\n');
            colour = "";
        }

        return shown.ToString();
    }

    /// <summary>A line, broken between words. A word that is longer than a line stands alone: breaking it would spoil a name.</summary>
    public string Fold(string line)
    {
        if (line.Length <= Width)
        {
            return line;
        }

        int start = line.Length - line.TrimStart(' ').Length;
        int indent = start == 2 && line.Length > FieldIndent && line[FieldIndent - 1] == ' ' && line[FieldIndent] != ' '
            ? FieldIndent
            : start + 2;
        StringBuilder folded = new(line.Length + 32);
        int column = 0;
        foreach (string word in line[start..].Split(' '))
        {
            if (column == 0)
            {
                folded.Append(' ', start);
                column = start;
            }
            else if (column + 1 + word.Length > Width && (column > indent || HasRoom(word, column)))
            {
                column = indent + word.Length > Width && HasRoom(word, indent) ? Outer : indent;
                folded.Length = folded.ToString().AsSpan().TrimEnd(' ').Length;
                folded.Append('\n').Append(' ', column);
            }
            else
            {
                folded.Append(' ');
                column++;
            }

            folded.Append(word);
            column += word.Length;
        }

        return folded.ToString();
    }

    private bool HasRoom(string word, int indent) => indent > Outer && Outer + word.Length <= Width;
}
