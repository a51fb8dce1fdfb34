using System.Runtime.ExceptionServices;
using ModelPack.IO;

namespace ModelPack.Conversion.Pipeline;

/// <summary>
/// Reads a file once, in windows that stay in the cache of one core. Threads take what there is to do: writing first, since a system lets
/// one thread at a time write to a file and has the others wait; then hashing, which needs the order of the file; then reading the next
/// window and all the work on it that needs no order. Memory is a few windows for each thread, whatever the size of the file.
/// </summary>
internal sealed class SourcePass
{
    private const int ProgressStep = 16 << 20;
    private const int WindowsPerThread = 4;

    private readonly PassRequest request;
    private readonly ByteSource source;
    private readonly TensorWork[] tensors;
    private readonly PassTally tally;
    private readonly WindowCursor cursor;
    private readonly int threads;
    private readonly int windowBytes;
    private int windowsLeft;

    private readonly object gate = new();
    private readonly Stack<Window> free = [];
    private readonly Queue<Window> toWrite = [];
    private readonly Dictionary<long, Window> toHash = [];
    private long hashed;
    private long reported;
    private bool isWriting;
    private bool isHashing;
    private ExceptionDispatchInfo? failure;

    private SourcePass(PassRequest request)
    {
        this.request = request;
        source = request.Source.BytesAtOnce > Chunks.Size ? new BandedByteSource(request.Source) : request.Source;
        tensors = TensorWork.For(request);
        tally = new(request, tensors.Length);
        cursor = new(request.Ranges, tensors);
        int wanted = request.Threads > 0 ? request.Threads : Environment.ProcessorCount;
        threads = (int)Math.Clamp(request.Source.Length / Chunks.Size, 1, wanted);
        windowBytes = (int)Math.Min(request.Source.Length, Chunks.Size);
        windowsLeft = threads * WindowsPerThread;
    }

    private enum Job
    {
        Read,
        Hash,
        Write,
    }

    public static PassResult Run(PassRequest request, CancellationToken cancellation) => new SourcePass(request).Run(cancellation);

    private PassResult Run(CancellationToken cancellation)
    {
        using SourceHasher hasher = new(request, tensors.Length);
        Task[] others = new Task[threads - 1];
        for (int i = 0; i < others.Length; i++)
        {
            others[i] = Task.Factory.StartNew(
                () => Work(hasher, cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        Work(hasher, cancellation);
        Task.WaitAll(others, CancellationToken.None);
        failure?.Throw();
        tally.Share(tensors);
        Hash128 hash = hasher.FileHash();
        return new(
            hash, hasher.MemberHashes(hash), hasher.FileSha256, hasher.TensorHashes(), tally.Finite, tally.FootedCrc32, tally.PayloadCrc32)
        {
            IsAsExpected = tally.IsAsExpected,
            Uniform = tally.Uniform,
            Ranges = request.Ranges,
            RangeHashes = hasher.RangeHashes,
            MemberSha256 = hasher.MemberSha256,
        };
    }

    private void Work(SourceHasher hasher, CancellationToken cancellation)
    {
        try
        {
            SliceWorker worker = new(request, tensors, tally);
            while (Take() is { } next)
            {
                cancellation.ThrowIfCancellationRequested();
                Do(next.Job, next.Window, worker, hasher);
                Done(next.Job, next.Window);
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

    private void Do(Job job, Window window, SliceWorker worker, SourceHasher hasher)
    {
        switch (job)
        {
            case Job.Read:
                source.ReadAt(window.Offset, window.BytesWithOverhang);
                worker.Examine(window);
                break;
            case Job.Hash:
                hasher.Append(window);
                Report(window.Offset + window.Length);
                break;
            case Job.Write:
                worker.Write(window, request.Output!);
                break;
        }
    }

    private (Job Job, Window Window)? Take()
    {
        lock (gate)
        {
            while (failure is null)
            {
                if (!isWriting && toWrite.TryDequeue(out Window? next))
                {
                    isWriting = true;
                    return (Job.Write, next);
                }

                if (!isHashing && toHash.Remove(hashed, out next))
                {
                    isHashing = true;
                    return (Job.Hash, next);
                }

                if (!cursor.AtEnd && FreeWindow() is { } empty)
                {
                    next = empty;
                    cursor.Next(next);
                    return (Job.Read, next);
                }

                if (hashed == request.Source.Length && toWrite.Count == 0)
                {
                    return null;
                }

                Monitor.Wait(gate);
            }

            return null;
        }
    }

    // Made when they are needed: a small model needs one, and a small one.
    private Window? FreeWindow()
    {
        if (free.TryPop(out Window? window) || windowsLeft == 0)
        {
            return window;
        }

        windowsLeft--;
        return new(windowBytes);
    }

    private void Done(Job job, Window window)
    {
        lock (gate)
        {
            switch (job)
            {
                case Job.Read:
                    window.AwaitsHashing = true;
                    toHash.Add(window.Offset, window);
                    if (request.Output is not null)
                    {
                        window.AwaitsWriting = true;
                        toWrite.Enqueue(window);
                    }

                    break;
                case Job.Hash:
                    isHashing = false;
                    hashed += window.Length;
                    window.AwaitsHashing = false;
                    break;
                case Job.Write:
                    isWriting = false;
                    window.AwaitsWriting = false;
                    break;
            }

            if (!window.AwaitsHashing && !window.AwaitsWriting)
            {
                free.Push(window);
            }

            Monitor.PulseAll(gate);
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
