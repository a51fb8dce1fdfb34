using System.Text.RegularExpressions;
using ModelPack.Formats;
using ModelPack.IO;

namespace ModelPack.Models;

/// <summary>Models that are there in another shape: a cache whose snapshot was not named, a file that was cut for its transport.</summary>
internal static partial class MisplacedModel
{
    private const string Snapshots = "snapshots";
    private const int MaximumNamed = 10;
    private const int MaximumCommitBytes = 200;

    /// <summary>What to say of a folder without a model; null if it shows nothing.</summary>
    public static ModelFormatException? In(string folder, IEnumerable<string> files) =>
        Cache(folder) ?? files.Select(PartOf).FirstOrDefault(error => error is not null);

    /// <summary>What to say of a file that could not be read; null if its name is not that of a raw part.</summary>
    public static ModelFormatException? PartOf(string path)
    {
        if (RawPart().Match(Path.GetFileName(path)) is not { Success: true } match)
        {
            return null;
        }

        string whole = match.Groups["whole"].Value;
        string folder = Path.GetDirectoryName(path) ?? "";
        string[] parts =
        [
            .. Directory.EnumerateFiles(folder.Length == 0 ? "." : folder).Select(file => Path.GetFileName(file))
                .Where(name => RawPart().Match(name) is { Success: true } other && other.Groups["whole"].Value == whole)
                .OrderBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal),
        ];
        string list = parts.Length > MaximumNamed
            ? $"{string.Join(", ", parts.Take(MaximumNamed).Select(name => $"'{name}'"))} and {parts.Length - MaximumNamed} more"
            : string.Join(", ", parts.Select(name => $"'{name}'"));
        return new(
            ModelSetErrors.RawPart, parts.Length == 1
                ? $"it is a part of '{whole}', and the others are not beside it"
                : $"the parts of '{whole}' are {list}") { FilePath = path };
    }

    // models--owner--name/{blobs,refs,snapshots}: the files of a revision are links below its commit.
    private static ModelFormatException? Cache(string folder)
    {
        string below = Path.Combine(folder, Snapshots);
        if (!Directory.Exists(below))
        {
            return null;
        }

        string[] commits = [.. Directory.EnumerateDirectories(below).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        string? main = Main(Path.Combine(folder, "refs", "main"));
        string[] named = main is not null && commits.Contains(main) ? [main] : [.. commits.Take(MaximumNamed)];
        return commits.Length == 0 ? null
            : new(ModelSetErrors.Cache,
                $"it has the {(named.Length == 1 ? "snapshot" : "snapshots")} "
                    + $"{string.Join(", ", named.Select(commit => $"'{Path.Combine(below, commit)}'"))}") { FilePath = folder };
    }

    private static string? Main(string path) =>
        new FileInfo(path) is { Exists: true, Length: <= MaximumCommitBytes } ? RegularFile.ReadAllText(path).Trim() : null;

    // split, 7-Zip and the tools of model pages: m.gguf.part00, m.gguf.partaa, m.gguf-split-a, m.gguf.part1of3, m.gguf.001, m.gguf.aa.
    [GeneratedRegex(
        @"\A(?<whole>.+?)[.-](part|split)[-_.]?([0-9]{1,3}(of[0-9]{1,3})?|[a-z]{1,2})\z|\A(?<whole>.+\.(gguf|safetensors|apr))\.([0-9]{2,3}|[a-z]{2})\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex RawPart();
}
