using System.Runtime.ExceptionServices;
using ModelPack.Codec.IO;

namespace ModelPack.Codec.Conversion.Pipeline;

/// <summary>
/// Reads a file once, in windows that stay in the cache of one core: each thread takes the next window, reads it and does all the work on it. Hashes of a stream
/// cannot be split, so the threads take turns there, in the order of the file; scanning, CRCs and writing need no order. Memory is a window for each thread,
/// whatever the size of the file.
/// </summary>
internal sealed class SourcePass
{
    private const int ProgressStep = 16 << 20;

    private readonly PassRequest request;
    private readonly TensorWork[] tensors;
    private readonly PassTally tally;
    private readonly WindowCursor cursor;
    private readonly object turn = new();
    private long hashed;
    private long reported;
    private ExceptionDispatchInfo? failure;

    private SourcePass(PassRequest request)
    {
        this.request = request;
        tensors = TensorWork.For(request);
        tally = new(request, tensors.Length);
        cursor = new(request.Ranges, tensors);
    }

    public static PassResult Run(PassRequest request, CancellationToken cancellation) => new SourcePass(request).Run(cancellation);

    private PassResult Run(CancellationToken cancellation)
    {
        using SourceHasher hasher = new(request, tensors.Length);
        int threads = request.Threads > 0 ? request.Threads : Environment.ProcessorCount;
        threads = (int)Math.Clamp(request.Source.Length / Chunks.Size, 1, threads);
        Task[] others = new Task[threads - 1];
        for (int i = 0; i < others.Length; i++)
        {
            others[i] = Task.Factory.StartNew(() => Work(hasher, cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        Work(hasher, cancellation);
        Task.WaitAll(others, CancellationToken.None);
        failure?.Throw();
        return new(hasher.FileHash(), hasher.FileSha256, hasher.TensorHashes, tally.Finite, tally.SourceCrc32, tally.PayloadCrc32());
    }

    private void Work(SourceHasher hasher, CancellationToken cancellation)
    {
        try
        {
            Window window = new();
            SliceWorker worker = new(request, tensors, tally);
            while (Take(window))
            {
                cancellation.ThrowIfCancellationRequested();
                request.Source.ReadAt(window.Offset, window.Bytes);
                bool early = TryHash(hasher, window, wait: false);
                worker.Process(window);
                if (!early && !TryHash(hasher, window, wait: true))
                {
                    return;
                }
            }
        }
        catch (Exception exception)
        {
            lock (turn)
            {
                failure ??= ExceptionDispatchInfo.Capture(exception);
                Monitor.PulseAll(turn);
            }
        }
    }

    private bool Take(Window window)
    {
        lock (cursor)
        {
            if (failure is not null || cursor.AtEnd)
            {
                return false;
            }

            cursor.Next(window);
            return true;
        }
    }

    // False if it is not this window's turn; after waiting for it, if another thread failed.
    private bool TryHash(SourceHasher hasher, Window window, bool wait)
    {
        lock (turn)
        {
            while (hashed != window.Offset)
            {
                if (!wait || failure is not null)
                {
                    return false;
                }

                Monitor.Wait(turn);
            }
        }

        hasher.Append(window);
        long end = window.Offset + window.Length;
        if (end - reported >= ProgressStep || end == request.Source.Length)
        {
            reported = end;
            request.Progress?.Invoke(end);
        }

        lock (turn)
        {
            hashed = end;
            Monitor.PulseAll(turn);
        }

        return true;
    }
}
