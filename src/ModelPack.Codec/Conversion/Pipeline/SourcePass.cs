using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Security.Cryptography;
using ModelPack.Codec.IO;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Conversion.Pipeline;

/// <summary>What a pass computes beside the hash of the file.</summary>
[Flags]
internal enum PassWork
{
    None = 0,

    /// <summary>CRC-32 of every byte of the source, for a footer to be checked.</summary>
    SourceCrc32 = 1,

    /// <summary>CRC-32 of every payload as written, for a footer to be made.</summary>
    OutputCrc32 = 2,

    /// <summary>SHA-256 of the source.</summary>
    SourceSha256 = 4,

    /// <summary>XXH128 of every payload.</summary>
    TensorHashes = 8,

    /// <summary>Looks for NaN and infinity.</summary>
    FiniteScan = 16,

    /// <summary>Looks for tensors that hold one value.</summary>
    UniformScan = 32,
}

/// <summary>What a pass has to do.</summary>
internal sealed record PassRequest
{
    public required ByteSource Source { get; init; }

    public required List<FileRange> Ranges { get; init; }

    /// <summary>The tensors as the model means them; the ranges name them by index.</summary>
    public IReadOnlyList<TensorInfo> Tensors { get; init; } = [];

    /// <summary>The model to write payloads to; null if the source is only looked at.</summary>
    public TemporaryModel? Output { get; init; }

    /// <summary>Per tensor: what happens to its payload, and where it goes in the output; null for a payload that is only looked at. Empty if all are.</summary>
    public IReadOnlyList<PayloadDestination?> Destinations { get; init; } = [];

    public PassWork Work { get; init; }

    /// <summary>Worker threads beside the reading one; 0 takes one for each processor.</summary>
    public int Threads { get; init; }

    /// <summary>Called with the number of bytes read so far, now and then.</summary>
    public Action<long>? Progress { get; init; }

    /// <summary>Where each file of the source ends, if it consists of several.</summary>
    public IReadOnlyList<long> MemberEnds { get; init; } = [];
}

/// <summary>What a pass found out.</summary>
internal sealed record PassResult(
    UInt128 FileHash, UInt128[] MemberHashes, byte[]? FileSha256, UInt128[] TensorHashes, FiniteTally[] Finite, uint? SourceCrc32, Dictionary<int, uint> PayloadCrc32)
{
    /// <summary>Per tensor: whether it holds one value.</summary>
    public UniformTally[] Uniform { get; init; } = [];
}

/// <summary>
/// Reads a file once, in its own order, in chunks that stay in cache: one thread reads and hashes (hashes of a stream cannot be split), the others scan for
/// NaN, sum CRCs and write, in any order. Memory is a few chunks whatever the size of the file.
/// </summary>
internal sealed class SourcePass
{
    private const int ProgressStep = 16 << 20;

    private readonly PassRequest request;
    private readonly TensorWork[] tensors;
    private readonly FiniteTally[] finite;
    private readonly UniformTally[] uniform;
    private readonly List<CrcRun> sourceRuns = [];
    private readonly List<CrcRun> payloadRuns = [];

    private SourcePass(PassRequest request)
    {
        this.request = request;
        tensors = TensorWork.For(request);
        finite = new FiniteTally[tensors.Length];
        uniform = new UniformTally[tensors.Length];
    }

    public static PassResult Run(PassRequest request, CancellationToken cancellation) => new SourcePass(request).Run(cancellation);

    private PassResult Run(CancellationToken cancellation)
    {
        int workers = request.Threads > 0 ? request.Threads : Environment.ProcessorCount;
        workers = (int)Math.Clamp(request.Source.Length / Chunks.Size, 1, workers);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using BlockingCollection<Window> free = [];
        using BlockingCollection<Window> full = [];
        for (int i = 0; i < (workers * 2) + 2; i++)
        {
            free.Add(new Window());
        }

        Task[] tasks = new Task[workers];
        for (int i = 0; i < workers; i++)
        {
            tasks[i] = Task.Factory.StartNew(() => Work(full, free, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        using SourceHasher hasher = new(request, tensors);
        try
        {
            ReadAll(hasher, free, full, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // A worker failed and stopped the reading; its own exception follows.
        }
        catch
        {
            stop.Cancel();
            throw;
        }
        finally
        {
            full.CompleteAdding();
            Task.WhenAll(tasks).ContinueWith(_ => { }, TaskScheduler.Default).Wait(CancellationToken.None);
        }

        Task.WhenAll(tasks).GetAwaiter().GetResult();
        cancellation.ThrowIfCancellationRequested();
        return new(
            hasher.FileHash,
            hasher.MemberHashes,
            hasher.FileSha256,
            hasher.TensorHashes,
            finite,
            request.Work.HasFlag(PassWork.SourceCrc32) ? CrcRun.Fold(sourceRuns) : null,
            payloadRuns.GroupBy(run => run.Key).ToDictionary(group => group.Key, CrcRun.Fold))
        {
            Uniform = uniform,
        };
    }

    private void ReadAll(SourceHasher hasher, BlockingCollection<Window> free, BlockingCollection<Window> full, CancellationToken stop)
    {
        WindowCursor cursor = new(request.Ranges, tensors);
        long reported = 0;
        while (!cursor.AtEnd)
        {
            Window window = free.Take(stop);
            cursor.Next(window);
            request.Source.ReadAt(window.Offset, window.Bytes);
            hasher.Append(window, request.Ranges);
            full.Add(window, stop);
            if (cursor.Position - reported >= ProgressStep || cursor.AtEnd)
            {
                reported = cursor.Position;
                request.Progress?.Invoke(reported);
            }
        }
    }

    private void Work(BlockingCollection<Window> full, BlockingCollection<Window> free, CancellationTokenSource stop)
    {
        try
        {
            SliceWorker worker = new(request, tensors, finite, uniform);
            foreach (Window window in full.GetConsumingEnumerable(stop.Token))
            {
                worker.Process(window);
                free.Add(window, stop.Token);
            }

            lock (sourceRuns)
            {
                sourceRuns.AddRange(worker.SourceRuns);
                payloadRuns.AddRange(worker.PayloadRuns);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        catch
        {
            stop.Cancel();
            throw;
        }
    }

    /// <summary>Hashes what the reading thread sees, in the order of the file.</summary>
    private sealed class SourceHasher(PassRequest request, TensorWork[] tensors) : IDisposable
    {
        private readonly XxHash128 file = new();
        private readonly XxHash128 tensor = new();
        private readonly XxHash128 member = new();
        private readonly List<UInt128> members = [];
        private readonly IncrementalHash? sha256 =
            request.Work.HasFlag(PassWork.SourceSha256) ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;

        public UInt128[] TensorHashes { get; } = Enumerable.Repeat(XxHash128.HashToUInt128([]), tensors.Length).ToArray();

        public UInt128 FileHash => file.GetCurrentHashAsUInt128();

        public UInt128[] MemberHashes => request.MemberEnds.Count == 0 ? [FileHash] : [.. members];

        public byte[]? FileSha256 => sha256?.GetCurrentHash();

        public void Append(Window window, List<FileRange> ranges)
        {
            file.Append(window.Bytes);
            sha256?.AppendData(window.Bytes);
            AppendMembers(window);
            foreach (Slice slice in window.Slices)
            {
                FileRange range = ranges[slice.Range];
                if (range.IsGap || !request.Work.HasFlag(PassWork.TensorHashes))
                {
                    continue;
                }

                tensor.Append(window.Bytes.Slice(slice.Start, slice.Length));
                if (slice.RangeOffset + slice.Length == range.Length)
                {
                    UInt128 hash = tensor.GetCurrentHashAsUInt128();
                    tensor.Reset();
                    foreach (int index in range.Tensors)
                    {
                        TensorHashes[index] = hash;
                    }
                }
            }
        }

        public void Dispose() => sha256?.Dispose();

        private void AppendMembers(Window window)
        {
            ReadOnlySpan<byte> rest = window.Bytes;
            long offset = window.Offset;
            while (members.Count < request.MemberEnds.Count)
            {
                int length = (int)Math.Min(rest.Length, request.MemberEnds[members.Count] - offset);
                member.Append(rest[..length]);
                rest = rest[length..];
                offset += length;
                if (offset < request.MemberEnds[members.Count])
                {
                    return;
                }

                members.Add(member.GetCurrentHashAsUInt128());
                member.Reset();
            }
        }
    }
}
