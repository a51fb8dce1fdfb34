using System.Runtime.ExceptionServices;
using ModelPack.Codec.IO;

namespace ModelPack.Codec.Conversion.Pipeline;

/// <summary>
/// Reads a file once, in windows that stay in the cache of one core: each thread takes the next window, reads it and does all the work on it. Only hashes of a
/// stream need the order of the file: windows that are done wait until those before them are, and one thread at a time hashes what is ready.
/// Memory is a few windows for each thread, whatever the size of the file.
/// </summary>
internal sealed class SourcePass
{
    private const int ProgressStep = 16 << 20;
    private const int WindowsPerThread = 4;

    private readonly PassRequest request;
    private readonly TensorWork[] tensors;
    private readonly PassTally tally;
    private readonly WindowCursor cursor;
    private readonly int threads;

    private readonly object gate = new();
    private readonly Stack<Window> free = [];
    private readonly Dictionary<long, Window> done = [];
    private long hashed;
    private long reported;
    private bool isHashing;
    private ExceptionDispatchInfo? failure;

    private SourcePass(PassRequest request)
    {
        this.request = request;
        tensors = TensorWork.For(request);
        tally = new(request, tensors.Length);
        cursor = new(request.Ranges, tensors);
        int wanted = request.Threads > 0 ? request.Threads : Environment.ProcessorCount;
        threads = (int)Math.Clamp(request.Source.Length / Chunks.Size, 1, wanted);
    }

    public static PassResult Run(PassRequest request, CancellationToken cancellation) => new SourcePass(request).Run(cancellation);

    private PassResult Run(CancellationToken cancellation)
    {
        for (int i = 0; i < threads * WindowsPerThread; i++)
        {
            free.Push(new Window());
        }

        using SourceHasher hasher = new(request, tensors.Length);
        Task[] others = new Task[threads - 1];
        for (int i = 0; i < others.Length; i++)
        {
            others[i] = Task.Factory.StartNew(() => Work(hasher, cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        Work(hasher, cancellation);
        Task.WaitAll(others, CancellationToken.None);
        failure?.Throw();
        UInt128 hash = hasher.FileHash();
        return new(hash, hasher.MemberHashes(hash), hasher.FileSha256, hasher.TensorHashes(), tally.Finite, tally.SourceCrc32, tally.PayloadCrc32())
        {
            IsAsExpected = tally.IsAsExpected,
            Uniform = tally.Uniform,
            Ranges = request.Ranges,
            RangeHashes = hasher.RangeHashes,
        };
    }

    private void Work(SourceHasher hasher, CancellationToken cancellation)
    {
        try
        {
            SliceWorker worker = new(request, tensors, tally);
            while (Take() is { } window)
            {
                cancellation.ThrowIfCancellationRequested();
                request.Source.ReadAt(window.Offset, window.BytesWithOverhang);
                worker.Process(window);
                Hash(window, hasher);
            }
        }
        catch (Exception exception)
        {
            lock (gate)
            {
                failure ??= ExceptionDispatchInfo.Capture(exception);
                Monitor.PulseAll(gate);
            }
        }
    }

    private Window? Take()
    {
        lock (gate)
        {
            while (free.Count == 0 && failure is null)
            {
                Monitor.Wait(gate);
            }

            if (failure is not null || cursor.AtEnd)
            {
                return null;
            }

            Window window = free.Pop();
            cursor.Next(window);
            return window;
        }
    }

    private void Hash(Window finished, SourceHasher hasher)
    {
        lock (gate)
        {
            done.Add(finished.Offset, finished);
            if (isHashing)
            {
                return;
            }

            isHashing = true;
        }

        while (NextInOrder() is { } window)
        {
            hasher.Append(window);
            Report(window.Offset + window.Length);
            lock (gate)
            {
                hashed += window.Length;
                free.Push(window);
                Monitor.Pulse(gate);
            }
        }
    }

    private Window? NextInOrder()
    {
        lock (gate)
        {
            isHashing = done.Remove(hashed, out Window? next);
            return next;
        }
    }

    private void Report(long position)
    {
        if (position - reported >= ProgressStep || position == request.Source.Length)
        {
            reported = position;
            request.Progress?.Invoke(position);
        }
    }
}
