namespace ModelPack.IO;

/// <summary>Names of files as people and systems write them: a file that was on Windows may have come back in capitals.</summary>
internal static class FileName
{
    /// <summary>The path of the file of a folder that has a name, or the only one that has it in other letters; null if there is
    /// none.</summary>
    public static string? In(string folder, string name)
    {
        string exact = Path.Combine(folder, name);
        string place = folder.Length == 0 ? "." : folder;
        if (File.Exists(exact) || !Directory.Exists(place))
        {
            return File.Exists(exact) ? exact : null;
        }

        string[] like = [
            .. Directory.EnumerateFiles(place).Select(path => Path.GetFileName(path))
                .Where(other => other.Equals(name, StringComparison.OrdinalIgnoreCase))];
        return like.Length == 1 ? Path.Combine(folder, like[0]) : null;
    }
}
