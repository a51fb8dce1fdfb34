namespace ModelPack.Build;

/// <summary>An output in the list.</summary>
/// <param name="Output">Where it is, if it is a file.</param>
/// <param name="FolderOutput">Where it is, if it is a folder; ends in a separator.</param>
internal sealed record ListedOutput(string Output, string FolderOutput)
{
    private string State => ConversionRequest.StateOf(Output);

    /// <summary>Whether anything is left of it.</summary>
    public bool Exists => File.Exists(Output) || (File.Exists(State) && Directory.Exists(FolderOutput));

    public string Format(string directory) => $"{Path.GetRelativePath(directory, Output)}\t{Path.GetRelativePath(directory, FolderOutput)}";

    /// <summary>Null for a line that is none.</summary>
    public static ListedOutput? Parse(string line, string directory) =>
        line.Split('\t') is [{ Length: > 0 } output, { Length: > 0 } folder] && !line.Contains('\0', StringComparison.Ordinal)
            ? new(Path.GetFullPath(output, directory),
                Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder, directory)) + Path.DirectorySeparatorChar)
            : null;

    /// <summary>Deletes what its state says that it consists of, the state, and the folders that are empty then.</summary>
    /// <param name="root">The folder of outputs, or the one that an item names; it stays.</param>
    public void Remove(string root)
    {
        if (!File.Exists(State))
        {
            return;
        }

        using (StateFile file = StateFile.Open(State, () => { }, CancellationToken.None))
        {
            if (ModelState.Parse(file.Read(), Output, FolderOutput) is { } known)
            {
                ModelUpdate.Remove(known, root, keep: []);
            }
        }

        File.Delete(State);
        for (string? folder = Path.GetDirectoryName(Output); folder is not null && SafePath.IsIn(root, folder)
            && IsEmpty(folder); folder = Path.GetDirectoryName(folder))
        {
            Directory.Delete(folder);
        }
    }

    private static bool IsEmpty(string folder) => Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any();
}
