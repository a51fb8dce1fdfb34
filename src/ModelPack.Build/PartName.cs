using System.Text.RegularExpressions;
using Microsoft.Build.Framework;
using ModelPack.Models;

namespace ModelPack.Build;

/// <summary>
/// Files that are one of several of a model: a part of a split GGUF by its keys, whatever it is called; a shard of SafeTensors by its name,
/// to its index or the first shard. A pattern like <c>*.gguf</c> matches them all, and they are one model.
/// </summary>
internal static partial class PartName
{
    public const string IndexEnding = ".safetensors.index.json";

    /// <summary>What the files of a model are called without numbers and endings, by the name of the one that stands for it: a file, the
    /// first part of a split, a shard, an index.</summary>
    public static string StemOf(string fileName) =>
        fileName.EndsWith(IndexEnding, StringComparison.OrdinalIgnoreCase) ? fileName[..^IndexEnding.Length]
        : Match(fileName) is { } match ? match.Groups["stem"].Value
        : Path.GetFileNameWithoutExtension(fileName);

    /// <summary>Leaves out what belongs to another item. An item that is read alone neither belongs to another nor has others.</summary>
    /// <param name="items">The items.</param>
    /// <param name="projectDirectory">The folder that their paths are relative to.</param>
    /// <param name="say">Hears which companions are no models of their own, once for each model.</param>
    /// <exception cref="ModelPackException">A part stands alone: the file that it belongs to is not among the items.</exception>
    public static IEnumerable<ITaskItem> Heads(IReadOnlyCollection<ITaskItem> items, string projectDirectory, Action<string> say)
    {
        HashSet<string> all = [.. items.Where(item => !IsAlone(item)).Select(item => FullPath(item, projectDirectory))];
        ILookup<string, string> byFolder = all.ToLookup(path => Path.GetDirectoryName(path)!);
        Dictionary<string, HashSet<string>?> sets = new(StringComparer.Ordinal);
        CompanionItems companions = new(all, byFolder, path => FilesOf(path, sets));
        GgufItems gguf = new(all, byFolder);
        HashSet<string> absent = new(StringComparer.Ordinal);
        foreach (ITaskItem item in items)
        {
            if (IsAlone(item))
            {
                yield return item;
                continue;
            }

            string path = FullPath(item, projectDirectory);
            string folder = Path.GetDirectoryName(path)!;
            if (gguf.Find(path) is { } split)
            {
                bool isOfFolder = split.Files.Count > 1 && all.Contains(folder) && FilesOf(folder, sets)?.Contains(path) != false;
                if (split.Head == path && !isOfFolder)
                {
                    yield return split.Files[0] == path || !split.Files[0].Equals(HeadOf(path), StringComparison.OrdinalIgnoreCase)
                        ? item
                        : throw Later(path, split.Files[0]);
                }

                continue;
            }

            string? head = HeadOf(path);
            if ((head is not null && (all.Contains(head) || all.Contains(folder))) || companions.Take(path))
            {
                continue;
            }

            if (FirstShard(path, byFolder[folder]) is { } shard)
            {
                if (shard == path || FilesOf(shard, sets)?.Contains(path) == false)
                {
                    yield return item;
                }
            }
            else if (head is not null && File.Exists(head))
            {
                throw Later(path, head);
            }
            else if (head is not null)
            {
                // What is missing is said once, where the set is read.
                if (absent.Add(head))
                {
                    yield return item;
                }
            }
            else if (!byFolder[folder].Any(other => IsBeside(path, other)))
            {
                yield return item;
            }
        }

        foreach (string text in companions.Texts(projectDirectory))
        {
            say(text);
        }
    }

    /// <summary>True for a file that is called like one of several.</summary>
    public static bool IsPart(string path) => Match(Path.GetFileName(path)) is not null;

    private static ModelPackException Later(string path, string head) =>
        new(BuildErrors.LaterPart, $"the file belongs to '{Path.GetFileName(head)}', which is not among the items") { FilePath = path };

    private static bool IsAlone(ITaskItem item) => ItemMetadata.Scope(item, item.ItemSpec) == PathScope.FileAlone;

    // The first of the shards among the items stands for them; null for what is no shard.
    private static string? FirstShard(string path, IEnumerable<string> beside) =>
        Match(Path.GetFileName(path)) is { } match && IsShard(match)
            ? beside.Where(other => Match(Path.GetFileName(other)) is { } shard
                    && shard.Groups["stem"].Value == match.Groups["stem"].Value
                    && shard.Groups["count"].Value == match.Groups["count"].Value
                    && IsShard(shard))
                .Min(StringComparer.Ordinal)
            : null;

    // Null for a set with something wrong: that is said once, where it is read.
    private static HashSet<string>? FilesOf(string model, Dictionary<string, HashSet<string>?> known)
    {
        if (!known.TryGetValue(model, out HashSet<string>? files))
        {
            try
            {
                files = [.. ModelFiles.FilesOf(model)];
            }
            catch (Exception exception) when (exception is ModelPackException or IOException or UnauthorizedAccessException)
            {
                files = null;
            }

            known.Add(model, files);
        }

        return files;
    }

    // A file that belongs to another one is called like it up to the ending; whether it belongs to it is the codec's to say.
    private static bool IsBeside(string path, string model) =>
        path != model
        && !path.EndsWith(IndexEnding, StringComparison.OrdinalIgnoreCase)
        && Path.GetFileName(path).StartsWith(StemOf(Path.GetFileName(model)) + ".", StringComparison.Ordinal)
        && File.Exists(model)
        && ModelFiles.FilesOf(model).Contains(path);

    private static string? HeadOf(string path)
    {
        if (Match(Path.GetFileName(path)) is not { } match)
        {
            return null;
        }

        string folder = Path.GetDirectoryName(path)!;
        if (!IsShard(match))
        {
            return match.Groups["number"].Value == "00001"
                ? null
                : Path.Combine(folder, $"{match.Groups["stem"]}-00001-of-{match.Groups["count"]}.gguf");
        }

        string index = Path.Combine(folder, $"{match.Groups["stem"]}{IndexEnding}");
        return File.Exists(index) ? index : null;
    }

    private static bool IsShard(Match match) => match.Groups["ending"].Value.Equals("safetensors", StringComparison.OrdinalIgnoreCase);

    private static Match? Match(string fileName) =>
        Pattern().Match(fileName) is { Success: true } match && match.Groups["count"].Value != "00001" ? match : null;

    private static string FullPath(ITaskItem item, string projectDirectory) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(item.ItemSpec, projectDirectory));

    [GeneratedRegex(
        @"^(?<stem>.+)-(?<number>\d{5})-of-(?<count>\d{5})\.(?<ending>gguf|safetensors)$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex Pattern();
}
