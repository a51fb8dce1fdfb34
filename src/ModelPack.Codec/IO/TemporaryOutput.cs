using Microsoft.Win32.SafeHandles;

namespace ModelPack.Codec.IO;

/// <summary>
/// A file that is written beside its final name and takes that name only on <see cref="Commit"/>. It is deleted otherwise. While it is open it is locked, so that
/// a later run can tell a left-over of a killed process (removed) from the work of a live one (left alone).
/// </summary>
internal sealed class TemporaryOutput : IDisposable
{
    private const string Suffix = ".modelpack-tmp";

    private readonly string finalPath;
    private bool committed;

    /// <summary>Creates the temporary file, after removing left-overs for the same final name.</summary>
    public TemporaryOutput(string finalPath, long length)
    {
        this.finalPath = finalPath;
        RemoveLeftOvers(finalPath);
        TemporaryPath = Path.Combine(DirectoryOf(finalPath), $"{Prefix(finalPath)}{Guid.NewGuid():N}{Suffix}");
        try
        {
            Handle = File.OpenHandle(TemporaryPath, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.None, length);
            RandomAccess.SetLength(Handle, length);
        }
        catch
        {
            File.Delete(TemporaryPath);
            throw;
        }
    }

    /// <summary>Where the bytes are until the commit.</summary>
    public string TemporaryPath { get; }

    /// <summary>The open file.</summary>
    public SafeFileHandle Handle { get; }

    /// <summary>Gives the file its final name, replacing what has it.</summary>
    public void Commit()
    {
        File.Move(TemporaryPath, finalPath, overwrite: true);
        committed = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Handle.Dispose();
        if (!committed)
        {
            File.Delete(TemporaryPath);
        }
    }

    private static void RemoveLeftOvers(string finalPath)
    {
        string prefix = Prefix(finalPath);
        foreach (string path in Directory.EnumerateFiles(DirectoryOf(finalPath), "*" + Suffix))
        {
            if (!Path.GetFileName(path).StartsWith(prefix, StringComparison.Ordinal))
            {
                continue;
            }

            try
            {
                File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
                File.Delete(path);
            }
            catch (IOException)
            {
                // Locked: another process is writing it at this moment.
            }
        }
    }

    private static string DirectoryOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    private static string Prefix(string path) => $".{Path.GetFileName(path)}.";
}
