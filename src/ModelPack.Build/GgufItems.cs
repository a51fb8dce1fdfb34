using ModelPack.Models;

namespace ModelPack.Build;

/// <summary>The parts of a split GGUF model among the items.</summary>
/// <param name="Files">All parts, in the order of their numbers; one file for a whole model.</param>
/// <param name="Head">The first of them that is an item.</param>
internal sealed record GgufItem(IReadOnlyList<string> Files, string Head);

/// <summary>Items that are GGUF files. Their keys say which of them are parts of one model, not their names (gguf.md §5).</summary>
/// <param name="all">The paths of all items that mean a model.</param>
/// <param name="byFolder">The same by the folders that they lie in.</param>
internal sealed class GgufItems(HashSet<string> all, ILookup<string, string> byFolder)
{
    private readonly Dictionary<string, GgufItem?> known = new(StringComparer.Ordinal);

    /// <summary>The model that a file is a part of; null if the file is no GGUF by its name, or something is wrong with the set: that is
    /// said where it is read. A file alone among the items of its folder stands for whatever set it belongs to.</summary>
    public GgufItem? Find(string path)
    {
        if (!IsGguf(path) || !File.Exists(path))
        {
            return null;
        }

        if (!known.TryGetValue(path, out GgufItem? found))
        {
            string[]? files = Files(path);
            found = files is null ? null : new(files, files.FirstOrDefault(all.Contains) ?? path);
            foreach (string file in (files ?? []).Append(path))
            {
                known.TryAdd(file, found);
            }
        }

        return found;
    }

    // A link is read as what it leads to, where that has a side file: it is no part beside others.
    private string[]? Files(string path)
    {
        if (!PartName.IsPart(path) && !byFolder[Path.GetDirectoryName(path)!].Where(IsGguf).Skip(1).Any())
        {
            return [path];
        }

        try
        {
            string[] files = [.. ModelFiles.FilesOf(path).Where(IsGguf)];
            return files.Contains(path) ? files : [path];
        }
        catch (Exception exception) when (exception is ModelPackException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsGguf(string path) => path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase);
}
