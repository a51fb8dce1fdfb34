using Microsoft.Win32.SafeHandles;

namespace ModelPack.IO.Output;

/// <summary>
/// Every operation that gives an output a name, takes it away, flushes, or writes down what is to be done. All go through here, so that a
/// test can stop before each of them.
/// </summary>
internal class NameChanges
{
    /// <summary>The operations as they are.</summary>
    public static NameChanges Flushed { get; } = new();

    public void CreateFolder(string path)
    {
        Before("mkdir", path);
        Directory.CreateDirectory(path);
    }

    /// <summary>Creates a folder that nobody else can look into.</summary>
    public void CreatePrivateFolder(string path)
    {
        Before("mkdir", path);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>Creates a file that did not exist, of a length.</summary>
    public SafeFileHandle CreateFile(string path, long length)
    {
        Before("create", path);
        SafeFileHandle handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.None, length);
        RandomAccess.SetLength(handle, length);
        return handle;
    }

    /// <summary>Renames a file or a folder to a name that nothing has.</summary>
    public void Move(string from, string to)
    {
        Before("rename", to);
        if (FileStatus.OfName(from).Kind == FileKind.Folder)
        {
            // The system would replace an empty folder, and the base library asks before; it would not look at a file.
            Directory.Move(from, to);
        }
        else
        {
            // Unless it may overwrite, the base library copies what cannot be renamed, except on Windows: a copy is no single step, and it
            // stays where the original cannot be deleted. That nothing has the name was looked at before.
            File.Move(from, to, overwrite: !OperatingSystem.IsWindows());
        }
    }

    public void Delete(string path)
    {
        Before("unlink", path);
        File.Delete(path);
    }

    /// <summary>Removes a folder with all that is in it. What its links lead to stays.</summary>
    public void DeleteTree(string path)
    {
        if (FileStatus.OfName(path).Kind != FileKind.Folder)
        {
            return;
        }

        foreach (FileSystemInfo entry in new DirectoryInfo(path).EnumerateFileSystemInfos(
            "*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false }))
        {
            if (entry is DirectoryInfo { LinkTarget: null })
            {
                DeleteTree(entry.FullName);
            }
            else
            {
                Before("unlink", entry.FullName);
                entry.Delete();
            }
        }

        Before("rmdir", path);
        Directory.Delete(path);
    }

    /// <summary>Writes at the end of a file, or in place of all that is in it.</summary>
    public void Write(SafeFileHandle handle, string path, ReadOnlySpan<byte> bytes, FileMode mode)
    {
        Before("write", path);
        if (mode != FileMode.Append)
        {
            RandomAccess.SetLength(handle, 0);
        }

        RandomAccess.Write(handle, bytes, RandomAccess.GetLength(handle));
    }

    public void Flush(SafeFileHandle handle, string path)
    {
        Before("fsync", path);
        if (Flushes)
        {
            RandomAccess.FlushToDisk(handle);
        }
    }

    public void FlushFolder(string path)
    {
        Before("fsync", path);
        if (Flushes)
        {
            FolderHandle.Flush(path);
        }
    }

    /// <summary>Whether a flush is passed on to the disk. That of what is thrown away at once need not be.</summary>
    protected virtual bool Flushes => true;

    /// <summary>Hears of each operation before it is done.</summary>
    protected virtual void Before(string operation, string path)
    {
    }
}

/// <summary>For files that nobody is to find after a power failure.</summary>
internal sealed class UnflushedChanges : NameChanges
{
    protected override bool Flushes => false;
}
