using System.Text;
using ModelPack.Diagnostics;

namespace ModelPack.Tool.Output;

/// <summary>The text of one report. Every line passes through <see cref="SafeText.Escape"/>.</summary>
/// <param name="width">Columns of the screen; tables take a narrower form rather than a longer line.</param>
internal sealed class TextReport(int width = int.MaxValue)
{
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

    /// <summary>Rows in aligned columns; numbers to the right.</summary>
    public void Table(IReadOnlyList<Column> columns, IEnumerable<string[]> cells)
    {
        foreach (string line in new TableLayout(columns, [.. cells.Select(row => Array.ConvertAll(row, SafeText.Escape))], width).Lines())
        {
            text.Append(line).Append('\n');
        }
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
/// <param name="Heading">Its name.</param>
/// <param name="Align">Where its cells stand.</param>
/// <param name="IsSpare">Whether a screen that is too narrow for the table does without it.</param>
internal sealed record Column(string Heading, ColumnAlign Align = ColumnAlign.Left, bool IsSpare = false);
