namespace ModelPack.Packaging.Joining;

/// <summary>The right to join a model: a file that is held open. A process that is killed gives it up.</summary>
internal static class StoreLock
{
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(20);

    /// <summary>Takes the lock; waits, cancellably, while another process has it.</summary>
    /// <exception cref="UnauthorizedAccessException">The store cannot be written.</exception>
    public static IDisposable Take(string path, Action onWait, CancellationToken cancellation)
    {
        for (bool waited = false; ; waited = true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException exception) when (exception.HResult is LinuxWouldBlock or MacWouldBlock or WindowsSharingViolation)
            {
                if (!waited)
                {
                    onWait();
                }

                cancellation.WaitHandle.WaitOne(RetryAfter);
            }
        }
    }
}
