using ModelPack.IO;

namespace ModelPack.Packaging.Joining;

/// <summary>The right to join a model: a file that is held open. A process that is killed gives it up.</summary>
internal sealed class StoreLock : IDisposable
{
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(20);

    private readonly string path;
    private readonly FileStream file;

    private StoreLock(string path, FileStream file)
    {
        this.path = path;
        this.file = file;
    }

    /// <summary>Takes the lock; waits, cancellably, while another process has it.</summary>
    /// <exception cref="UnauthorizedAccessException">The store cannot be written.</exception>
    public static StoreLock Take(string path, Action onWait, CancellationToken cancellation)
    {
        for (bool waited = false; ;)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                FileStream file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
                FileStatus opened = FileStatus.Of(file.SafeFileHandle);
                if (opened.Number == 0 || opened.IsSameAs(FileStatus.Of(path)))
                {
                    return new(path, file);
                }

                // Between the opening and the locking it was deleted, and its name with it: whoever comes now locks another file.
                file.Dispose();
            }
            catch (IOException exception) when (exception.HResult is LinuxWouldBlock or MacWouldBlock or WindowsSharingViolation)
            {
                if (!waited)
                {
                    onWait();
                }

                waited = true;
                cancellation.WaitHandle.WaitOne(RetryAfter);
            }
        }
    }

    /// <summary>Gives the lock up, and deletes its file.</summary>
    public void Delete()
    {
        if (OperatingSystem.IsWindows())
        {
            // It deletes no file that is open like this. One that another process has opened since stays.
            file.Dispose();
        }

        try
        {
            File.Delete(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
        }

        file.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
