using System.Runtime.ExceptionServices;

namespace ModelPack.IO;

/// <summary>Runs work on every processor.</summary>
internal static class Workers
{
    private const long ProgressStep = 16 << 20;

    /// <summary>Runs the work once for each thread. The first failure stops the others and is what the caller gets.</summary>
    public static void Run(int most, Action<CancellationToken> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ExceptionDispatchInfo? failure = null;
        Parallel.For(0, Math.Clamp(most, 1, Environment.ProcessorCount), _ =>
        {
            try
            {
                work(stop.Token);
            }
            catch (Exception exception)
            {
                if (exception is not OperationCanceledException || !stop.IsCancellationRequested)
                {
                    Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
                }

                stop.Cancel();
            }
        });
        failure?.Throw();
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Runs an action for each item, in order of starting.</summary>
    public static void ForEach<T>(IReadOnlyList<T> items, Action<T, CancellationToken> action, CancellationToken cancellation)
    {
        int next = -1;
        Run(items.Count, stop =>
        {
            for (int i = Interlocked.Increment(ref next); i < items.Count; i = Interlocked.Increment(ref next))
            {
                action(items[i], stop);
            }
        }, cancellation);
    }

    /// <summary>Does two things at once, and returns when both have ended.</summary>
    /// <returns>The first result, and what gives the second: it throws if that failed.</returns>
    public static (T First, Func<TSecond> Second) Both<T, TSecond>(Func<T> first, Func<TSecond> second)
    {
        Task<TSecond> beside = Task.Run(second);
        try
        {
            return (first(), () => beside.GetAwaiter().GetResult());
        }
        finally
        {
            // Waiting for a task that no thread has begun yet runs it here; waiting for its handle would need a free thread of the pool.
            try
            {
                beside.Wait(CancellationToken.None);
            }
            catch (AggregateException)
            {
                // It is thrown where the result is asked for, if at all.
            }
        }
    }

    /// <summary>Counts bytes from several threads and tells a listener now and then, and at the end.</summary>
    public sealed class Counter(Action<long>? listener, long total)
    {
        private long done;

        public void Add(long bytes)
        {
            long now = Interlocked.Add(ref done, bytes);
            if (listener is not null && (now == total || now / ProgressStep != (now - bytes) / ProgressStep))
            {
                listener(now);
            }
        }
    }
}
