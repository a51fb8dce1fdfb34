using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace ModelPack.IO.Output;

/// <summary>Size and time of a file or folder: renaming changes neither.</summary>
internal readonly record struct PartStamp(long Length, long Ticks)
{
    public static PartStamp Of(string path) => FileStatus.OfName(path).Kind == FileKind.Folder
        ? new(-1, Directory.GetLastWriteTimeUtc(path).Ticks)
        : new(new FileInfo(path).Length, File.GetLastWriteTimeUtc(path).Ticks);
}

/// <summary>
/// What the lock file of a target says: the stages that belong to it, and whether the last one is taking its names. It is read as if a
/// stranger had written it: it names no paths, only stages by their random number and parts by their kind.
/// </summary>
/// <param name="Stages">The stages that exist or may exist.</param>
/// <param name="Parts">The parts of the last stage, if they are taking their names; empty otherwise.</param>
internal sealed record OutputJournal(ImmutableArray<string> Stages, ImmutableDictionary<OutputPart, PartStamp> Parts)
{
    /// <summary>More than any journal has.</summary>
    public const int MaximumBytes = 16 * 1024;

    private const string Title = "modelpack-output 1 ";
    private const string StageWord = "stage ";
    private const string PartWord = "part ";
    private const string End = "end";
    private const string Done = "done";
    private const int StageDigits = 32;

    public static OutputJournal Empty { get; } = new([], ImmutableDictionary<OutputPart, PartStamp>.Empty);

    public static string FirstLine(OutputTarget target) => $"{Title}{Uri.EscapeDataString(target.Key)}\n";

    public static string StageLine(string stage) => $"{StageWord}{stage}\n";

    /// <summary>The lines that say that the last stage takes its names. They count only as a whole.</summary>
    public static string CommitLines(IEnumerable<KeyValuePair<OutputPart, PartStamp>> parts) => string.Concat(
        parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"{PartWord}{part.Key} {part.Value.Length} {part.Value.Ticks}\n"))
            .Append($"{End}\n"));

    /// <summary>The line that says that all is put back. What follows the others makes them count no more.</summary>
    public static string PutBackLine => $"{Done}\n";

    /// <summary>Null if the text is that of another target. What was cut short says as much as its whole lines.</summary>
    public static OutputJournal? Parse(ReadOnlySpan<byte> text, OutputTarget target)
    {
        string[] lines = Encoding.ASCII.GetString(text).Split('\n')[..^1];
        if (lines.Length == 0)
        {
            return Empty;
        }

        if (lines[0] + "\n" != FirstLine(target))
        {
            return null;
        }

        ImmutableArray<string> stages = [
            .. lines.Where(line => line.StartsWith(StageWord, StringComparison.Ordinal)).Select(line => line[StageWord.Length..])
                .Where(IsStage)];
        Dictionary<OutputPart, PartStamp> parts = [];
        foreach (string[] words in lines.Where(line => line.StartsWith(PartWord, StringComparison.Ordinal)).Select(line => line.Split(' ')))
        {
            if (words.Length != 4 || !Enum.TryParse(words[1], out OutputPart part) || !Enum.IsDefined(part) || char.IsDigit(words[1][0])
                || !long.TryParse(words[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long length)
                || !long.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks)
                || !parts.TryAdd(part, new(length, ticks)))
            {
                return new(stages, Empty.Parts);
            }
        }

        return new(stages, lines[^1] == End && stages.Length > 0 ? parts.ToImmutableDictionary() : Empty.Parts);
    }

    /// <summary>A name for a stage that nobody can foresee.</summary>
    public static string NewStage() => Guid.NewGuid().ToString("N");

    private static bool IsStage(string name) => name.Length == StageDigits && name.All(char.IsAsciiHexDigitLower);
}
