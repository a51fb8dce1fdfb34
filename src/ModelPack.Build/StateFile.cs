using System.Text;

namespace ModelPack.Build;

/// <summary>
/// The state file of one output, held open and locked. The lock is what makes two builds that want the same output at the same time, in one
/// process or in several, wait for one another; the second then finds the work done.
/// </summary>
internal sealed class StateFile : IDisposable
{
    private const int LinuxWouldBlock = 11;
    private const int MacWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(20);

    private readonly FileStream stream;

    private StateFile(FileStream stream) => this.stream = stream;

    /// <summary>Opens and locks the file; waits, cancellably, while another build holds it.</summary>
    /// <param name="path">The state file.</param>
    /// <param name="onWait">Called once if there is a wait.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static StateFile Open(string path, Action onWait, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        for (bool waited = false; ; waited = true)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                return new StateFile(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
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

    public string Read()
    {
        stream.Position = 0;
        using var reader = new StreamReader(stream, Encoding.UTF8, leaveOpen: true);
        return reader.ReadToEnd();
    }

    public void Write(string text)
    {
        stream.SetLength(0);
        stream.Write(Encoding.UTF8.GetBytes(text));
        stream.Flush();
    }

    /// <summary>Forgets what was known, so that a build that dies in between leaves nothing that could be believed.</summary>
    public void Clear() => stream.SetLength(0);

    public void Dispose() => stream.Dispose();
}
