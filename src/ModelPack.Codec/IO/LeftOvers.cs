namespace ModelPack.Codec.IO;

/// <summary>
/// What a killed process left beside a final name: files and folders of a temporary name that nobody holds locked. A file is removed while it is locked, so that
/// nobody can begin to use it in between; one that is locked belongs to a living process and stays.
/// </summary>
internal static class LeftOvers
{
    public const string Suffix = ".modelpack-tmp";
    private const string Old = ".old" + Suffix;

    /// <summary>A temporary name for a final one, another one at each call.</summary>
    public static string NewName(string finalPath) => Path.Combine(Path.GetDirectoryName(finalPath)!, $"{Prefix(finalPath)}{Guid.NewGuid():N}{Suffix}");

    /// <summary>The name of the folder that is to be replaced, while the new one takes its place.</summary>
    public static string NameOfOld(string temporaryPath) => temporaryPath + Old;

    /// <summary>Removes the left-overs of one final name.</summary>
    public static void RemoveFor(string finalPath)
    {
        foreach (FileSystemInfo entry in new DirectoryInfo(Path.GetDirectoryName(finalPath)!).EnumerateFileSystemInfos("*" + Suffix))
        {
            // A folder that was moved aside, and whose place was never taken, is the only one left of an earlier output.
            bool isLastCopy = entry.Name.EndsWith(Old, StringComparison.Ordinal) && !Path.Exists(finalPath);
            if (entry.Name.StartsWith(Prefix(finalPath), StringComparison.Ordinal) && entry.LinkTarget is null && !isLastCopy)
            {
                RemoveUnlessLocked(entry);
            }
        }
    }

    private static string Prefix(string finalPath) => $".{Path.GetFileName(finalPath)}.";

    private static void RemoveUnlessLocked(FileSystemInfo entry)
    {
        try
        {
            Remove(entry);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Locked: another process is writing it at this moment. Or not ours to remove.
        }
    }

    private static void Remove(FileSystemInfo entry)
    {
        if (entry.LinkTarget is not null)
        {
            entry.Delete();
        }
        else if (entry is DirectoryInfo folder)
        {
            foreach (FileSystemInfo inner in folder.EnumerateFileSystemInfos())
            {
                Remove(inner);
            }

            // Fails if a file was created in it in the meantime.
            folder.Delete();
        }
        else
        {
            File.OpenHandle(entry.FullName, FileMode.Open, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose).Dispose();
        }
    }
}
