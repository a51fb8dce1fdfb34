using System.Text;

namespace ModelPack.Tool.Output;

/// <summary>The text of one report. Every line passes through <see cref="TerminalText.Clean"/>.</summary>
internal sealed class TextReport
{
    private readonly StringBuilder _text = new();

    public void Line(string text = "") => _text.Append(TerminalText.Clean(text)).Append('\n');

    /// <summary>A name and its value, in two columns.</summary>
    public void Field(string name, string value) => Line($"  {name,-13}{value}");

    /// <summary>A heading with lines below it; nothing at all if there are none.</summary>
    public void Section(string heading, IEnumerable<string> lines)
    {
        bool first = true;
        foreach (string line in lines)
        {
            if (first)
            {
                Line();
                Line(heading);
                first = false;
            }

            Line($"  {line}");
        }
    }

    /// <summary>Rows in aligned columns; numbers to the right.</summary>
    public void Table(IReadOnlyList<Column> columns, IEnumerable<string[]> cells)
    {
        string[][] rows = [.. cells.Select(row => Array.ConvertAll(row, TerminalText.Clean))];
        int[] widths = [.. columns.Select((column, index) => rows.Select(row => row[index].Length).Append(column.Heading.Length).Max())];
        Line(Row([.. columns.Select(column => column.Heading)]));
        foreach (string[] row in rows)
        {
            Line(Row(row));
        }

        string Row(string[] cells) => "  " + string.Join("  ", cells.Select((cell, index) =>
            columns[index].Align == ColumnAlign.Right ? cell.PadLeft(widths[index]) : cell.PadRight(widths[index]))).TrimEnd();
    }

    public override string ToString() => _text.ToString();
}

/// <summary>Where the cells of a column stand.</summary>
internal enum ColumnAlign
{
    Left,
    Right,
}

/// <summary>A column of a table.</summary>
internal sealed record Column(string Heading, ColumnAlign Align = ColumnAlign.Left);
