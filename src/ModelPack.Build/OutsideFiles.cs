namespace ModelPack.Build;

/// <summary>The list by which Clean finds outputs that lie outside its folder, and sub-folders of these. Written before the files are, so that those of a killed build are found too.</summary>
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
        IEnumerable<string> subfolders = Path.EndsInDirectorySeparator(target) ? Subfolders(target, all).Select(path => path + Path.DirectorySeparatorChar) : [];
        File.WriteAllLines(list, all.Union(subfolders).Union([target, ConversionRequest.CertificateOf(target), request.State]));
    }

    /// <summary>The sub-folders of a folder that files lie in, the deepest first.</summary>
    public static IEnumerable<string> Subfolders(string folder, IEnumerable<string> files)
    {
        string root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        HashSet<string> subfolders = [];
        foreach (string file in files)
        {
            for (string? parent = Path.GetDirectoryName(Path.GetFullPath(file)); parent is not null && parent.Length > root.Length; parent = Path.GetDirectoryName(parent))
            {
                subfolders.Add(parent);
            }
        }

        return subfolders.OrderByDescending(path => path.Length);
    }
}
