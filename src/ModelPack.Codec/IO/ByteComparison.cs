using System.Runtime.ExceptionServices;

namespace ModelPack.IO;

/// <summary>Comparing two sources byte by byte.</summary>
internal static class ByteComparison
{
    /// <summary>Offset of the first byte that differs, or at which one of the two ends; null if they are equal.</summary>
    public static long? FirstDifference(ByteSource left, ByteSource right, CancellationToken cancellation)
    {
        long common = Math.Min(left.Length, right.Length);
        int atOnce = Math.Max(left.BytesAtOnce, right.BytesAtOnce);
        long first = common;
        long next = 0;
        Lock gate = new();
        try
        {
            Parallel.For(
                0, (int)Math.Clamp(common / atOnce, 1, Environment.ProcessorCount),
                new ParallelOptions { CancellationToken = cancellation }, _ =>
            {
                byte[] own = GC.AllocateUninitializedArray<byte>((int)Math.Min(atOnce, common));
                byte[] other = GC.AllocateUninitializedArray<byte>(own.Length);
                for (long offset = Next(); offset < Volatile.Read(ref first); offset = Next())
                {
                    cancellation.ThrowIfCancellationRequested();
                    int length = (int)Math.Min(atOnce, common - offset);
                    int equal = CommonPrefixLength(left, right, offset, own.AsSpan(0, length), other.AsSpan(0, length));
                    lock (gate)
                    {
                        first = equal < length ? Math.Min(first, offset + equal) : first;
                    }
                }
            });
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }

        return first < common || left.Length != right.Length ? first : null;

        long Next() => Interlocked.Add(ref next, atOnce) - atOnce;
    }

    /// <summary>Whether a source has the length of a plan and its bytes, payloads and footers that are not resolved left out.</summary>
    public static bool HoldsBesidePayloads(ByteSource source, ModelPlan plan)
    {
        if (source.Length != plan.Length)
        {
            return false;
        }

        byte[] buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(Chunks.Size, source.Length));
        long position = 0;
        foreach (Segment segment in plan.Segments)
        {
            for (long done = 0; done < segment.Length && segment is not (PayloadSegment or Crc32Segment); done += buffer.Length)
            {
                Span<byte> found = buffer.AsSpan(0, (int)Math.Min(buffer.Length, segment.Length - done));
                source.ReadAt(position + done, found);
                bool holds = segment is LiteralSegment literal
                    ? found.SequenceEqual(literal.Bytes.Span.Slice((int)done, found.Length))
                    : !found.ContainsAnyExcept((byte)0);
                if (!holds)
                {
                    return false;
                }
            }

            position += segment.Length;
        }

        return true;
    }

    private static int CommonPrefixLength(ByteSource left, ByteSource right, long offset, Span<byte> own, Span<byte> other)
    {
        left.ReadAt(offset, own);
        right.ReadAt(offset, other);
        return own.SequenceEqual(other) ? own.Length : own.CommonPrefixLength(other);
    }
}
