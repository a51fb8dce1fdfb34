using ModelPack.Conversion.Pipeline;
using ModelPack.IO;

namespace ModelPack.Conversion.Proof;

/// <summary>
/// What an output gives back, compared with the source range by range: the source is the ranges that its pass cut it into, one after the
/// other, so files of the same length are equal if each range is. A range that is a payload of the output, whole and as it stands there,
/// needs no reading of its own: its hash is that which the pass over the output found at that place. Everything else is read from the
/// returned files.
/// </summary>
internal sealed class ReturnedRanges
{
    private readonly ConcatenatedByteSource returned;
    private readonly PassResult source;
    private readonly long[] stored;
    private readonly ByteSource?[] made;

    /// <param name="returned">The returned files as one.</param>
    /// <param name="files">The files.</param>
    /// <param name="output">The output that they read from.</param>
    /// <param name="source">What the pass over the source found.</param>
    public ReturnedRanges(ConcatenatedByteSource returned, IReadOnlyList<ByteSource> files, ByteSource output, PassResult source)
    {
        this.returned = returned;
        this.source = source;
        stored = new long[source.Ranges.Count];
        made = new ByteSource?[stored.Length];
        Array.Fill(stored, -1);
        Match(files, output);
    }

    /// <summary>The hashes of what the output does not store as it is, in order.</summary>
    public Hash128[] Read(CancellationToken cancellation)
    {
        if (returned.Length != source.Length)
        {
            return [];
        }

        int[] unknown = [.. Enumerable.Range(0, stored.Length).Where(i => stored[i] < 0)];
        Hash128[] hashes = new Hash128[unknown.Length];
        Workers.ForEach([.. Enumerable.Range(0, unknown.Length)], (i, stop) => hashes[i] = HashOf(unknown[i], stop), cancellation);
        return hashes;
    }

    /// <summary>Whether the returned files are the source.</summary>
    /// <param name="output">What the pass over the output found.</param>
    /// <param name="read">What <see cref="Read"/> found.</param>
    public bool AreSource(PassResult output, Hash128[] read)
    {
        if (returned.Length != source.Length || source.RangeHashes.Length != stored.Length)
        {
            return false;
        }

        int next = 0;
        for (int i = 0; i < stored.Length; i++)
        {
            Hash128 hash = stored[i] < 0 ? read[next++] : output.HashAt(stored[i], source.Ranges[i].Length) ?? HashOf(i, default);
            if (hash != source.RangeHashes[i])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The same where the source was written by a stranger. What is no payload of the output is compared by its bytes: two of one
    /// XXH128 are made in an instant, and the record is among them, which says what the payloads are made of.</summary>
    /// <param name="container">The source.</param>
    /// <param name="output">What the pass over the output found.</param>
    /// <param name="cancellation">Stops the work.</param>
    public bool AreIn(ByteSource container, PassResult output, CancellationToken cancellation)
    {
        if (returned.Length != source.Length || returned.Length != container.Length || source.RangeHashes.Length != stored.Length)
        {
            return false;
        }

        int[] unknown = [.. Enumerable.Range(0, stored.Length).Where(i => stored[i] < 0)];
        bool[] differ = new bool[stored.Length];
        Workers.ForEach(
            unknown,
            (i, stop) => differ[i] = ByteComparison.FirstDifference(
                Bytes(i), new RangeByteSource(container, source.Ranges[i].Offset, source.Ranges[i].Length), stop) is not null,
            cancellation);
        return !differ.Contains(true) && AreSource(output, [.. unknown.Select(i => source.RangeHashes[i])]);
    }

    // Ranges and returned payloads are both in the order of the file.
    private void Match(IReadOnlyList<ByteSource> files, ByteSource output)
    {
        int next = 0;
        long start = 0;
        foreach (ByteSource file in files)
        {
            foreach ((long offset, ByteSource payload) in file is ComposedByteSource composed ? composed.Payloads : [])
            {
                while (next < stored.Length && source.Ranges[next].Offset < start + offset)
                {
                    next++;
                }

                if (next == stored.Length || (source.Ranges[next].Offset, source.Ranges[next].Length) != (start + offset, payload.Length))
                {
                    continue;
                }

                if (payload is RangeByteSource range && range.IsPartOf(output))
                {
                    stored[next] = range.Start;
                }
                else
                {
                    made[next] = payload;
                }
            }

            start += file.Length;
        }
    }

    private Hash128 HashOf(int range, CancellationToken cancellation) => FileHash.Xxh128(Bytes(range), cancellation);

    private ByteSource Bytes(int range) =>
        made[range] ?? new RangeByteSource(returned, source.Ranges[range].Offset, source.Ranges[range].Length);
}
