using System.Text;
using ModelPack.Diagnostics;

namespace ModelPack.Tool.Output;

/// <summary>The text of one report. Every line passes through <see cref="SafeText.Escape"/>.</summary>
internal sealed class TextReport
{
    private const int WidestColumn = 64;

    private readonly StringBuilder text = new();

    public void Line(string text = "") => this.text.Append(SafeText.Escape(text)).Append('\n');

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

    /// <summary>Rows in aligned columns; numbers to the right. A cell that is wider than a column may be stands out on its own.</summary>
    public void Table(IReadOnlyList<Column> columns, IEnumerable<string[]> cells)
    {
        string[][] rows = [.. cells.Select(row => Array.ConvertAll(row, SafeText.Escape))];
        int[] widths = Widths(columns, rows);
        Line(Row([.. columns.Select(column => column.Heading)]));
        foreach (string[] row in rows)
        {
            Line(Row(row));
        }

        string Row(string[] cells) => "  " + string.Join("  ", cells.Select((cell, index) =>
            columns[index].Align == ColumnAlign.Right ? cell.PadLeft(widths[index]) : cell.PadRight(widths[index]))).TrimEnd();
    }

    // Loops rather than LINQ over numbers: the runtime would compile some forty methods for it at every start.
    private static int[] Widths(IReadOnlyList<Column> columns, string[][] rows)
    {
        int[] widths = new int[columns.Count];
        for (int column = 0; column < widths.Length; column++)
        {
            widths[column] = columns[column].Heading.Length;
            foreach (string[] row in rows)
            {
                int length = row[column].Length;
                widths[column] = length <= WidestColumn ? Math.Max(widths[column], length) : widths[column];
            }
        }

        return widths;
    }

    public override string ToString() => text.ToString();
}

/// <summary>Where the cells of a column stand.</summary>
internal enum ColumnAlign
{
    Left,
    Right,
}

/// <summary>A column of a table.</summary>
internal sealed record Column(string Heading, ColumnAlign Align = ColumnAlign.Left);
