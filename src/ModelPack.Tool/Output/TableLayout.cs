using System.Text;

namespace ModelPack.Tool.Output;

/// <summary>A table in lines that are no longer than a screen is wide. Where it is too wide, it goes without its spare columns, or its last
/// column is broken between words, or each row takes several lines, whose cells stay in columns.</summary>
internal sealed class TableLayout(IReadOnlyList<Column> columns, string[][] rows, int width)
{
    // A cell that is wider stands out on its own.
    private const int WidestColumn = 64;
    private const int Gap = 2;
    private const int Deeper = 4;

    // The last column is not made narrower, and its cells are not broken into less.
    private const int Narrow = 12;
    private const int Readable = 24;

    public IEnumerable<string> Lines()
    {
        if (Longest() <= width)
        {
            return Written([[.. Enumerable.Range(0, columns.Count)]]);
        }

        int[] kept = [.. Enumerable.Range(0, columns.Count).Where(column => !columns[column].IsSpare)];
        TableLayout narrow = new(
            [.. kept.Select(column => columns[column])], [.. rows.Select(row => (string[])[.. kept.Select(column => row[column])])], width);
        if (narrow.Longest() <= width)
        {
            string spare = string.Join(", ", columns.Where(column => column.IsSpare).Select(column => column.Heading).Distinct());
            return [.. narrow.Lines(), $"  ({spare}: on a wider terminal, or with --json)"];
        }

        return Room() >= Narrow ? Broken() : Written(Groups());
    }

    private int Longest()
    {
        int longest = 0;
        int[] all = [.. Enumerable.Range(0, columns.Count)];
        int[] widths = Widths();
        foreach (string[] row in rows)
        {
            longest = Math.Max(longest, Line(all, row, widths, Gap).Length);
        }

        return longest;
    }

    // What is left for the last column, if words can be broken there.
    private int Room()
    {
        if (columns[^1].Align == ColumnAlign.Right)
        {
            return 0;
        }

        int room = width - Gap;
        foreach (int column in Widths()[..^1])
        {
            room -= column + Gap;
        }

        return room;
    }

    private IEnumerable<string> Broken()
    {
        int[] widths = Widths();
        int[] first = [.. Enumerable.Range(0, columns.Count - 1)];
        int room = Room();
        yield return Line([.. first, columns.Count - 1], Headings(), widths, Gap);
        foreach (string[] row in rows)
        {
            // A name that leaves no room beside it stands alone.
            string line = Line(first, row, widths, Gap);
            int start = width - room;
            if (line.Length + Gap > start || (row[^1].Length > room && (room < Readable || HasLonger(row[^1], room))))
            {
                yield return line;
                (line, start) = ("", Deeper);
            }

            foreach (string part in Words(row[^1], width - start))
            {
                yield return line.PadRight(start) + part;
                line = "";
            }
        }
    }

    private static bool HasLonger(string text, int room) => Array.Exists(text.Split(' '), word => word.Length > room);

    private static IEnumerable<string> Words(string text, int room)
    {
        StringBuilder line = new();
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > room)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        yield return line.ToString();
    }

    private List<int[]> Groups()
    {
        int[] widths = Widths();
        List<int[]> groups = [];
        List<int> group = [];
        int used = 0;
        for (int column = 0; column < widths.Length; column++)
        {
            if (group.Count > 0 && used + Gap + widths[column] > width)
            {
                groups.Add([.. group]);
                group.Clear();
                used = Deeper - Gap;
            }

            group.Add(column);
            used += Gap + widths[column];
        }

        return [.. groups, [.. group]];
    }

    private IEnumerable<string> Written(IReadOnlyList<int[]> groups)
    {
        int[] widths = Widths();
        foreach (string[] row in rows.Prepend(Headings()))
        {
            for (int group = 0; group < groups.Count; group++)
            {
                yield return Line(groups[group], row, widths, group == 0 ? Gap : Deeper);
            }
        }
    }

    private string[] Headings() => [.. columns.Select(column => column.Heading)];

    private string Line(int[] group, string[] row, int[] widths, int indent) => new string(' ', indent)
        + string.Join("  ", group.Select(index =>
            columns[index].Align == ColumnAlign.Right ? row[index].PadLeft(widths[index]) : row[index].PadRight(widths[index]))).TrimEnd();

    // Loops rather than LINQ over numbers: the runtime would compile some forty methods for it at every start.
    private int[] Widths()
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
}
