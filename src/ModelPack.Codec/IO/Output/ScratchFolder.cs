using Microsoft.Win32.SafeHandles;

namespace ModelPack.IO.Output;

/// <summary>
/// A folder for files that are looked at and thrown away. A file in it is held locked, which tells the folder of a living process from what
/// a killed one left: that is removed by the next that makes one.
/// </summary>
internal sealed class ScratchFolder : IDisposable
{
    private const string Prefix = "modelpack-scratch-";
    private const string MarkerName = ".modelpack-lock";
    private const int Attempts = 10;

    private static readonly byte[] MarkerText = "modelpack-scratch 1\n"u8.ToArray();

    private readonly SafeFileHandle marker;

    private ScratchFolder(string path, SafeFileHandle marker)
    {
        Path = path;
        this.marker = marker;
    }

    public string Path { get; }

    /// <param name="parent">Where it is made, as a rule in the system's temporary folder.</param>
    public static ScratchFolder Create(string parent)
    {
        RemoveStaleFiles(parent);
        for (int attempt = 1; ; attempt++)
        {
            string path = System.IO.Path.Combine(parent, Prefix + OutputJournal.NewStage());
            NameChanges.Flushed.CreatePrivateFolder(path);
            try
            {
                SafeFileHandle marker = NameChanges.Flushed.CreateFile(System.IO.Path.Combine(path, MarkerName), 0);
                RandomAccess.Write(marker, MarkerText, 0);
                if (File.Exists(System.IO.Path.Combine(path, MarkerName)))
                {
                    return new(path, marker);
                }

                marker.Dispose();
            }
            catch (IOException) when (attempt < Attempts)
            {
                // Another process took it for a left-over before it was locked.
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (OperatingSystem.IsWindows())
        {
            marker.Dispose();
        }

        RemoveAll(Path);
        marker.Dispose();
    }

    private static void RemoveStaleFiles(string parent)
    {
        foreach (string path in Directory.EnumerateDirectories(parent, Prefix + "*"))
        {
            // In a folder of another user, names could change under the hands of whoever removes them.
            if (FileStatus.OfName(path) is { Kind: FileKind.Folder } status
                && (FileStatus.User is not { } user || status.Number == 0 || status.Owner == user))
            {
                RemoveUnlessLocked(path);
            }
        }
    }

    private static void RemoveUnlessLocked(string path)
    {
        string markerPath = System.IO.Path.Combine(path, MarkerName);
        if (FileStatus.OfName(markerPath).Kind != FileKind.Regular)
        {
            return;
        }

        try
        {
            using SafeFileHandle marker = File.OpenHandle(markerPath, FileMode.Open, FileAccess.ReadWrite, FileShare.Delete);
            byte[] text = new byte[MarkerText.Length + 1];
            if (text.AsSpan(0, RandomAccess.Read(marker, text, 0)).SequenceEqual(MarkerText))
            {
                RemoveAll(path);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Locked: another process works in it.
        }
    }

    // The marker goes last: without it nobody would know what the folder is.
    private static void RemoveAll(string path)
    {
        foreach (FileSystemInfo entry in new DirectoryInfo(path).EnumerateFileSystemInfos(
            "*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false }))
        {
            if (entry is DirectoryInfo { LinkTarget: null })
            {
                NameChanges.Flushed.DeleteTree(entry.FullName);
            }
            else if (entry.Name != MarkerName)
            {
                entry.Delete();
            }
        }

        NameChanges.Flushed.DeleteTree(path);
    }
}
