using System.Collections.Immutable;

namespace ModelPack.Packaging.Content;

/// <summary>A run of bytes of a file.</summary>
internal readonly record struct FileRun(long Offset, long Length);

/// <summary>
/// Where a file is cut: after the head (all before the first payload, which a fix of metadata changes), and between tensors. The place of a
/// cut follows from the tensors alone, so that a longer header moves the parts and does not change them.
/// </summary>
internal static class PartCutter
{
    /// <summary>The head of a file; empty if there is no tensor.</summary>
    public static FileRun Head(IReadOnlyList<FileRun> payloads) =>
        payloads.Count == 0 ? default : new(0, payloads.Min(payload => payload.Offset));

    /// <summary>The runs after the head.</summary>
    /// <param name="start">Where the head ends.</param>
    /// <param name="end">The file's length.</param>
    /// <param name="payloads">The tensors.</param>
    /// <param name="limit">The most bytes of a run.</param>
    public static ImmutableArray<FileRun> Runs(long start, long end, IReadOnlyList<FileRun> payloads, long limit)
    {
        ImmutableArray<FileRun>.Builder runs = ImmutableArray.CreateBuilder<FileRun>();
        long position = start;
        long last = start;
        foreach (FileRun payload in payloads.OrderBy(payload => payload.Offset).ThenBy(payload => payload.Length))
        {
            long stop = payload.Offset + payload.Length;
            if (stop - position > limit)
            {
                // Padding stays with the tensor before it, if there is room.
                Close(payload.Offset - position <= limit ? payload.Offset : last);
            }

            // A tensor that is too large is cut inside, counted from its own start.
            while (stop - position > limit)
            {
                Close(position + limit);
            }

            last = Math.Max(last, stop);
        }

        while (end - position > limit)
        {
            Close(position + limit);
        }

        Close(end);
        return runs.ToImmutable();

        void Close(long at)
        {
            if (at > position)
            {
                runs.Add(new(position, at - position));
                position = at;
            }
        }
    }
}
