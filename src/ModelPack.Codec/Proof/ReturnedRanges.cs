using ModelPack.Codec.Conversion.Pipeline;
using ModelPack.Codec.IO;

namespace ModelPack.Codec.Proof;

/// <summary>
/// What an output gives back, compared with the source range by range: the source is the ranges that its pass cut it into, one after the other, so files of
/// the same length are equal if each range is. A range that is a payload of the output, whole and as it stands there, needs no reading of its own: its hash is
/// that which the pass over the output found at that place. Everything else is read from the returned files.
/// </summary>
internal sealed class ReturnedRanges
{
    private readonly ConcatenatedByteSource returned;
    private readonly PassResult source;
    private readonly RangeByteSource?[] stored;
    private readonly ByteSource[] made;
    private readonly Task<UInt128[]> read;

    /// <summary>Begins to read. <see cref="AwaitEnd"/> has to be called before the output is closed.</summary>
    /// <param name="returned">The returned files as one.</param>
    /// <param name="files">The files.</param>
    /// <param name="output">The output that they read from.</param>
    /// <param name="source">What the pass over the source found.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public ReturnedRanges(ConcatenatedByteSource returned, IReadOnlyList<ByteSource> files, ByteSource output, PassResult source, CancellationToken cancellation)
    {
        this.returned = returned;
        this.source = source;
        stored = new RangeByteSource?[source.Ranges.Count];
        made = new ByteSource[stored.Length];
        Dictionary<(long Start, long Length), ByteSource> payloads = PayloadsOf(files);
        for (int i = 0; i < stored.Length; i++)
        {
            (long start, long length) = (source.Ranges[i].Offset, source.Ranges[i].Length);
            made[i] = payloads.GetValueOrDefault((start, length)) ?? new RangeByteSource(returned, start, length);
            stored[i] = made[i] is RangeByteSource range && range.IsPartOf(output) ? range : null;
        }

        read = returned.Length == source.Length ? Task.Run(() => Read(cancellation), cancellation) : Task.FromResult<UInt128[]>([]);
    }

    /// <summary>Waits until nothing is read any more.</summary>
    public void AwaitEnd()
    {
        // Waiting for a task that no thread has begun yet runs it here; waiting for its handle would need a free thread of the pool.
        try
        {
            read.Wait(CancellationToken.None);
        }
        catch (AggregateException)
        {
            // Its result is looked at later, if at all.
        }
    }

    /// <summary>Whether the returned files are the source.</summary>
    /// <param name="output">What the pass over the output found.</param>
    public bool AreSource(PassResult output)
    {
        if (returned.Length != source.Length || source.RangeHashes.Length != stored.Length)
        {
            return false;
        }

        Dictionary<(long Offset, long Length), UInt128> hashes = output.HashesByRange();
        UInt128[] others = read.GetAwaiter().GetResult();
        for (int i = 0; i < stored.Length; i++)
        {
            UInt128 hash = stored[i] is not { } at ? others[i] : hashes.TryGetValue((at.Start, at.Length), out UInt128 found) ? found : HashOf(i, default);
            if (hash != source.RangeHashes[i])
            {
                return false;
            }
        }

        return true;
    }

    // By their place in the returned files.
    private static Dictionary<(long Start, long Length), ByteSource> PayloadsOf(IReadOnlyList<ByteSource> files)
    {
        Dictionary<(long, long), ByteSource> payloads = [];
        long start = 0;
        foreach (ByteSource file in files)
        {
            foreach ((long offset, ByteSource payload) in file is ComposedByteSource composed ? composed.Payloads : [])
            {
                payloads.Add((start + offset, payload.Length), payload);
            }

            start += file.Length;
        }

        return payloads;
    }

    private UInt128[] Read(CancellationToken cancellation)
    {
        UInt128[] hashes = new UInt128[stored.Length];
        for (int i = 0; i < hashes.Length; i++)
        {
            if (stored[i] is null)
            {
                hashes[i] = HashOf(i, cancellation);
            }
        }

        return hashes;
    }

    private UInt128 HashOf(int range, CancellationToken cancellation) => FileHash.Xxh128(made[range], cancellation);
}
