using ModelPack.IO;
using ModelPack.Tensors;
using ModelPack.Tensors.Statistics;

namespace ModelPack.Verification.Statistics;

/// <summary>
/// Collects statistics on all processors. Threads take chunks in the order of the tensors, so that only a few tensors are unfinished at any
/// time.
/// </summary>
internal sealed class StatisticsPass
{
    private readonly ByteSource source;
    private readonly IReadOnlyList<TensorInfo> tensors;
    private readonly int[] first;
    private readonly long[] ends;
    private readonly TensorStatistics?[] results;
    private readonly Dictionary<int, Unfinished> unfinished = [];
    private long next = -1;

    public StatisticsPass(ByteSource source, IReadOnlyList<TensorInfo> tensors)
    {
        this.source = source;
        this.tensors = tensors;
        first = SharedPayloads.First(tensors);
        ends = new long[tensors.Count];
        results = new TensorStatistics?[tensors.Count];
        long chunks = 0;
        for (int i = 0; i < ends.Length; i++)
        {
            bool hasNumbers = TensorAccumulator.WhyNone(tensors[i]) is null;
            long own = hasNumbers && first[i] == i ? PayloadReader.CountChunks(tensors[i]) : 0;
            if (hasNumbers && PayloadReader.CountChunks(tensors[i]) == 0)
            {
                results[i] = TensorAccumulator.For(tensors[i].Type).ToStatistics();
            }

            chunks = checked(chunks + own);
            ends[i] = chunks;
        }
    }

    public TensorStatistics?[] Run(IProgress<ConversionProgress>? progress, CancellationToken cancellation)
    {
        long total = 0;
        for (int i = 0; i < ends.Length; i++)
        {
            total += ends[i] > Start(i) ? tensors[i].ByteLength : 0;
        }

        Workers.Counter counter = new(progress is null ? null : done => progress.Report(new(ConversionPhase.Proving, done, total)), total);
        long chunks = ends.Length == 0 ? 0 : ends[^1];
        Workers.Run((int)Math.Min(chunks, int.MaxValue), stop => Work(chunks, counter, stop), cancellation);
        return [.. first.Select(i => results[i])];
    }

    private void Work(long chunks, Workers.Counter counter, CancellationToken stop)
    {
        TensorAccumulator? own = null;
        PayloadReader? reader = null;
        int tensor = -1;
        long taken = 0;
        try
        {
            for (long chunk = Interlocked.Increment(ref next); chunk < chunks; chunk = Interlocked.Increment(ref next))
            {
                stop.ThrowIfCancellationRequested();
                if (tensor < 0 || chunk >= ends[tensor])
                {
                    Finish(tensor, own, taken);
                    tensor = Find(chunk, tensor);
                    taken = 0;
                    own = TensorAccumulator.For(tensors[tensor].Type);
                    reader?.Dispose();
                    reader = null;
                    reader = new(source, tensors[tensor]);
                }

                counter.Add(Add(reader!, chunk - Start(tensor), own!));
                taken++;
            }

            Finish(tensor, own, taken);
        }
        finally
        {
            reader?.Dispose();
        }
    }

    private static long Add(PayloadReader reader, long chunk, TensorAccumulator own)
    {
        int bytes = reader.Read(chunk).Length;
        own.Add(reader);
        return bytes + (chunk == 0 ? reader.Header.Length : 0);
    }

    private int Find(long chunk, int tensor)
    {
        do
        {
            tensor++;
        }
        while (chunk >= ends[tensor]);
        return tensor;
    }

    private void Finish(int tensor, TensorAccumulator? own, long taken)
    {
        if (own is null || taken == 0)
        {
            return;
        }

        lock (unfinished)
        {
            if (unfinished.TryGetValue(tensor, out Unfinished? all))
            {
                all.Values.Merge(own);
            }
            else
            {
                all = new(own, ends[tensor] - Start(tensor));
                unfinished.Add(tensor, all);
            }

            all.ChunksLeft -= taken;
            if (all.ChunksLeft == 0)
            {
                results[tensor] = all.Values.ToStatistics();
                unfinished.Remove(tensor);
            }
        }
    }

    private long Start(int tensor) => tensor == 0 ? 0 : ends[tensor - 1];

    private sealed class Unfinished(TensorAccumulator values, long chunks)
    {
        public TensorAccumulator Values => values;

        public long ChunksLeft { get; set; } = chunks;
    }
}
