using System.Collections.Immutable;
using System.Globalization;

namespace ModelPack.Build;

/// <summary>The lines of a state file: texts and lists of files.</summary>
internal static class StateText
{
    private const string LastLine = "end";

    public static string Write(IEnumerable<string> texts, params IEnumerable<FileRecord>[] lists)
    {
        List<string> lines = [.. texts];
        foreach (FileRecord[] list in lists.Select(list => list.ToArray()))
        {
            lines.Add(list.Length.ToString(CultureInfo.InvariantCulture));
            lines.AddRange(list.Select(file => file.Format()));
        }

        return string.Join('\n', [.. lines, LastLine, ""]);
    }

    /// <summary>Null for what was cut short or is not of this form: then nothing is known.</summary>
    public static (string[] Texts, ImmutableArray<FileRecord>[] Lists)? Read(string text, int texts, int lists)
    {
        string[] lines = text.Split('\n');
        int next = texts;
        var read = new ImmutableArray<FileRecord>[lists];
        for (int i = 0; i < lists; i++)
        {
            if (next >= lines.Length || !int.TryParse(lines[next++], NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                || count > lines.Length - next)
            {
                return null;
            }

            FileRecord?[] files = [.. lines[next..(next + count)].Select(FileRecord.Parse)];
            if (files.Contains(null))
            {
                return null;
            }

            read[i] = [.. files.Select(file => file!)];
            next += count;
        }

        return next == lines.Length - 2 && lines[next] == LastLine && lines[next + 1].Length == 0 ? (lines[..texts], read) : null;
    }
}
