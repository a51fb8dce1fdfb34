namespace ModelPack.Build;

/// <summary>
/// The list by which Clean finds outputs that lie outside its folder, and sub-folders of these. Written before the files are, so that those
/// of a killed build are found too. Anybody can have written it: only what the item itself places is ever deleted.
/// </summary>
internal static class OutsideFiles
{
    public static void Write(ConversionRequest request, string target, IEnumerable<string> files)
    {
        if (request.OutsideList is not { } list)
        {
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(list)!);
        string[] all = [.. files];
        IEnumerable<string> subfolders = Path.EndsInDirectorySeparator(target)
            ? Subfolders(target, all).Select(path => path + Path.DirectorySeparatorChar)
            : [];
        File.WriteAllLines(list, all.Union(subfolders).Union([target, ConversionRequest.CertificateOf(target), request.State]));
    }

    /// <summary>Deletes the files of a list, and the folders: the whole one if no file is left in it, else those of its sub-folders that
    /// hold none.</summary>
    public static void Delete(string list, PlacedOutput place)
    {
        string[] names = [.. File.ReadAllLines(list).Where(Path.IsPathFullyQualified)];
        foreach (string file in names.Where(name => !Path.EndsInDirectorySeparator(name)).Select(Path.GetFullPath).Where(place.May)
            .Where(File.Exists))
        {
            File.Delete(file);
        }

        IEnumerable<string> folders = names.Where(Path.EndsInDirectorySeparator).Select(Path.GetFullPath)
            .Where(folder => SafePath.Comparer.Equals(folder, place.FolderOutput) || place.May(Path.TrimEndingDirectorySeparator(folder)))
            .Select(Path.TrimEndingDirectorySeparator);
        foreach (string folder in folders.Where(Directory.Exists).OrderBy(folder => folder.Length))
        {
            if (Directory.Exists(folder) && new DirectoryInfo(folder).LinkTarget is null
                && !Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Any())
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        File.Delete(list);
    }

    /// <summary>The sub-folders of a folder that files lie in, the deepest first.</summary>
    public static IEnumerable<string> Subfolders(string folder, IEnumerable<string> files)
    {
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        HashSet<string> subfolders = [];
        foreach (string file in files)
        {
            for (string? parent = Path.GetDirectoryName(Path.GetFullPath(file)); parent is not null
                && parent.Length > root.Length; parent = Path.GetDirectoryName(parent))
            {
                subfolders.Add(parent);
            }
        }

        return subfolders.OrderByDescending(path => path.Length);
    }
}
