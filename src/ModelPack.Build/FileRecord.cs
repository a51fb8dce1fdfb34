using ModelPack.IO.Names;

namespace ModelPack.Build;

/// <summary>What is known about one file of a model.</summary>
/// <param name="Name">Name in the model's folder; with '/' for a companion in a sub-folder.</param>
/// <param name="Stamp">Size and time.</param>
/// <param name="Hash">XXH128 with the seed of the state (<see cref="SeededHash"/>); empty for a file that lies in the model's folder and
/// does not belong to it.</param>
internal sealed record FileRecord(string Name, FileStamp Stamp, string Hash)
{
    public string In(string folder) => Path.Combine(folder, Name);

    public bool IsUnchanged(string folder) => FileStamp.Of(In(folder)) == Stamp;

    /// <summary>The folder in which the files of a model lie: itself, or that of the file which stands for it.</summary>
    public static string FolderOf(string model) =>
        Path.EndsInDirectorySeparator(model) || Directory.Exists(model) ? model : Path.GetDirectoryName(model)!;

    /// <summary>The names of all files in a folder and its sub-folders. Hidden sub-folders and links to folders never belong to a
    /// model.</summary>
    public static IEnumerable<string> NamesIn(string folder) =>
        PathsIn(folder).Select(path => MemberName.Within(folder, path)).Order(StringComparer.Ordinal);

    private static IEnumerable<string> PathsIn(string folder) => Directory.EnumerateFiles(folder).Concat(
        new DirectoryInfo(folder).EnumerateDirectories()
            .Where(subfolder => !subfolder.Name.StartsWith('.') && subfolder.LinkTarget is null)
            .SelectMany(subfolder => PathsIn(Path.Combine(folder, subfolder.Name))));

    /// <summary>True if no file of a model has another size or time, and none came or went.</summary>
    public static bool AreUnchanged(string model, IReadOnlyCollection<FileRecord> known)
    {
        string folder = FolderOf(model);
        return known.All(file => file.IsUnchanged(folder))
            && (folder != model || NamesIn(folder).SequenceEqual(known.Select(file => file.Name).Order(StringComparer.Ordinal)));
    }

    public string Format() => $"{Stamp} {(Hash.Length == 0 ? "-" : Hash)} {Uri.EscapeDataString(Name)}";

    public static FileRecord? Parse(string line)
    {
        string[] parts = line.Split(' ');
        return parts.Length == 4 && FileStamp.Parse($"{parts[0]} {parts[1]}") is { } stamp && Uri.UnescapeDataString(parts[3]) is var name
            && SafePath.IsBelow(name)
            ? new(name, stamp, parts[2] == "-" ? "" : parts[2])
            : null;
    }
}
