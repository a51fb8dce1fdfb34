using Microsoft.Win32.SafeHandles;

namespace ModelPack.Codec.IO;

/// <summary>
/// A model that is written beside its final name, as a file or as a folder, and takes that name only on <see cref="Commit"/>. It is deleted otherwise. Its files are
/// locked while it is open, which tells the work of a living process from what a killed one left over (<see cref="LeftOvers"/>).
/// </summary>
internal sealed class TemporaryModel : IDisposable
{
    private const int Attempts = 10;

    // Aligned writes of this size are kept in pages of this size, which are cheaper to make and to read again than many small ones. Larger ones gain little,
    // and a system whose memory is in use has few of them left.
    private const int WriteBytes = 256 * 1024;

    private readonly string finalPath;
    private readonly bool isFolder;
    private readonly string[] names;
    private readonly string[] finalNames;
    private readonly long[] lengths;
    private readonly List<SafeFileHandle> handles = [];
    private string temporaryPath = "";
    private bool committed;

    /// <summary>Creates the files, after removing left-overs for the same final name.</summary>
    /// <param name="finalPath">Path of the file or, ending in a separator or naming an existing folder, of the folder.</param>
    /// <param name="plan">Names and lengths.</param>
    public TemporaryModel(string finalPath, ModelPlan plan)
    {
        isFolder = IsFolder(finalPath);
        this.finalPath = Path.TrimEndingDirectorySeparator(Path.GetFullPath(finalPath));
        names = [.. plan.Files.Select(file => file.Name)];
        finalNames = FinalNames(finalPath, plan);
        lengths = [.. plan.Files.Select(file => file.Plan.Length)];
        LeftOvers.RemoveFor(this.finalPath);
        for (int attempt = 1; !TryCreate(attempt == Attempts); attempt++)
        {
        }
    }

    /// <summary>Whether a path means a folder: it ends in a separator, or a folder of that name exists.</summary>
    public static bool IsFolder(string path) => Path.EndsInDirectorySeparator(path) || Directory.Exists(path);

    /// <summary>The names that the files of a plan get. Beside a single file may stand its side file, which is called after it.</summary>
    public static string[] FinalNames(string targetPath, ModelPlan plan)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(targetPath));
        return IsFolder(targetPath)
            ? [.. plan.Files.Select(file => file.Name)]
            : [.. plan.Files.Select((_, i) => i == 0 ? name : SideFile.NameFor(name))];
    }

    /// <summary>The files as they are now. They are closed with this object.</summary>
    public List<NamedSource> Sources() => [.. names.Select((name, i) => new NamedSource(name, new HandleByteSource(handles[i], FinalPath(i))))];

    /// <summary>Writes at an offset that runs on from file to file. The last one may become longer than planned.</summary>
    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        int file = 0;
        for (; file < handles.Count - 1 && offset >= lengths[file]; file++)
        {
            offset -= lengths[file];
        }

        while (bytes.Length > 0)
        {
            int part = (int)Math.Min(bytes.Length, WriteBytes - (offset % WriteBytes));
            RandomAccess.Write(handles[file], bytes[..part], offset);
            bytes = bytes[part..];
            offset += part;
        }
    }

    /// <summary>Gives the model its final name, replacing what has it.</summary>
    public void Commit()
    {
        if (OperatingSystem.IsWindows())
        {
            // Windows renames no file that is open without sharing, and no folder that holds one.
            handles.ForEach(handle => handle.Dispose());
        }

        if (!isFolder)
        {
            CommitFiles();
        }
        else if (Directory.Exists(finalPath))
        {
            string old = LeftOvers.NameOfOld(temporaryPath);
            Directory.Move(finalPath, old);
            Directory.Move(temporaryPath, finalPath);
            committed = true;
            DeleteIfPossible(() => Directory.Delete(old, recursive: true));
        }
        else
        {
            Directory.Move(temporaryPath, finalPath);
        }

        committed = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        handles.ForEach(handle => handle.Dispose());
        if (committed)
        {
            return;
        }

        DeleteIfPossible(Delete);
    }

    // Now that nothing is locked, a run that starts in this moment may be at the same work. What stays is a left-over.
    private static void DeleteIfPossible(Action delete)
    {
        try
        {
            delete();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }

    private void Delete()
    {
        if (isFolder)
        {
            Directory.Delete(temporaryPath, recursive: true);
            return;
        }

        for (int i = 0; i < handles.Count; i++)
        {
            File.Delete(TemporaryPath(i));
        }
    }

    // A folder is there before its files are, and outside Windows a file before it is locked: a run that starts in that moment takes it for a left-over. Then all is created again.
    private bool TryCreate(bool isLast)
    {
        temporaryPath = LeftOvers.NewName(finalPath);
        try
        {
            CreateFiles();
            if (Enumerable.Range(0, names.Length).All(i => File.Exists(TemporaryPath(i))))
            {
                return true;
            }

            throw new FileNotFoundException("The temporary file is removed by another program as soon as it is created.", temporaryPath);
        }
        catch (Exception exception) when (!isLast && exception is (IOException or UnauthorizedAccessException))
        {
        }
        catch
        {
            Dispose();
            throw;
        }

        Dispose();
        handles.Clear();
        return false;
    }

    private void CreateFiles()
    {
        if (isFolder)
        {
            Directory.CreateDirectory(temporaryPath);
        }

        for (int i = 0; i < names.Length; i++)
        {
            string path = TemporaryPath(i);
            if (MemberName.IsNested(names[i]))
            {
                // The folder is new, so no link can stand in the way.
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            }

            handles.Add(File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.None, lengths[i]));
            RandomAccess.SetLength(handles[^1], lengths[i]);
        }
    }

    private string TemporaryPath(int file) => isFolder ? Path.Combine(temporaryPath, names[file])
        : file == 0 ? temporaryPath
        : temporaryPath[..^LeftOvers.Suffix.Length] + $".{file}{LeftOvers.Suffix}";

    private string FinalPath(int file) => Path.Combine(isFolder ? finalPath : Path.GetDirectoryName(finalPath)!, finalNames[file]);

    // The side file goes first: the model's own file stands for the whole. One that a former output needed, and this one does not, would be taken for a part of it.
    private void CommitFiles()
    {
        for (int i = names.Length - 1; i >= 0; i--)
        {
            File.Move(TemporaryPath(i), FinalPath(i), overwrite: true);
        }

        string side = Path.Combine(Path.GetDirectoryName(finalPath)!, SideFile.NameFor(Path.GetFileName(finalPath)));
        if (names.Length == 1 && SideFile.SharerOf(finalPath) is null)
        {
            File.Delete(side);
        }
    }
}
