using System.Diagnostics;
using System.Text;

namespace ModelPack.Qa.Engines;

/// <summary>An engine as a process. Nothing is known of it: it may hang, leave others behind that keep its output open, or talk without
/// end.</summary>
internal static class EngineProcess
{
    /// <summary>No answer is longer.</summary>
    public const int MaximumBytes = 1 << 20;

    private const int MaximumMessage = 1 << 14;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    /// <summary>Runs it until it ends.</summary>
    /// <exception cref="TimeoutException">It took too long, and was ended.</exception>
    /// <exception cref="InvalidDataException">It said too much, and was ended.</exception>
    /// <exception cref="System.ComponentModel.Win32Exception">It cannot be started.</exception>
    public static (int ExitCode, byte[] Output, string Error) Run(ProcessStartInfo start, TimeSpan limit, CancellationToken cancellation)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = start.RedirectStandardInput = true;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(limit);

        // A read of a pipe cannot be cancelled: whoever waits for it can.
        Task<byte[]> output = Task.Run(() => Read(process.StandardOutput.BaseStream, MaximumBytes + 1), CancellationToken.None);
        Task<byte[]> error = Task.Run(() => ReadAll(process.StandardError.BaseStream), CancellationToken.None);
        try
        {
            output.Wait(late.Token);
            if (output.Result.Length > MaximumBytes)
            {
                Kill(process);
                throw new InvalidDataException($"says more than {MaximumBytes} bytes");
            }

            process.WaitForExitAsync(late.Token).GetAwaiter().GetResult();
            bool hasMessage = process.ExitCode != 0 && error.Wait(Farewell);
            return (process.ExitCode, output.Result, hasMessage ? Encoding.UTF8.GetString(error.Result) : "");
        }
        catch (OperationCanceledException)
        {
            Kill(process);
            cancellation.ThrowIfCancellationRequested();
            throw new TimeoutException();
        }
    }

    private static byte[] Read(Stream stream, int most)
    {
        using MemoryStream bytes = new();
        byte[] chunk = new byte[1 << 14];
        while (bytes.Length < most && stream.Read(chunk) is > 0 and var length)
        {
            bytes.Write(chunk, 0, length);
        }

        return bytes.ToArray();
    }

    // To the end, so that nobody waits for a reader; the beginning is kept.
    private static byte[] ReadAll(Stream stream)
    {
        byte[] kept = Read(stream, MaximumMessage);
        byte[] chunk = new byte[1 << 14];
        while (stream.Read(chunk) > 0)
        {
        }

        return kept;
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception exception)
            when (exception is InvalidOperationException or AggregateException or System.ComponentModel.Win32Exception)
        {
            // It ended by itself meanwhile.
        }
    }
}
