using ModelPack.Codec.IO;

namespace ModelPack.Codec.Conversion.Pipeline;

/// <summary>A part of a <see cref="FileRange"/> inside a window.</summary>
/// <param name="Range">Index of the range.</param>
/// <param name="RangeOffset">Where the slice starts in the range.</param>
/// <param name="Start">Where the slice starts in the window.</param>
/// <param name="Length">Length in bytes.</param>
internal readonly record struct Slice(int Range, long RangeOffset, int Start, int Length)
{
    public long RangeEnd => RangeOffset + Length;
}

/// <summary>A chunk of a file with the slices that it consists of.</summary>
internal sealed class Window
{
    /// <summary>Most bytes that a window holds behind its end: what is missing to a block of the largest type.</summary>
    public const int MaximumOverhang = 512;

    private readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(Chunks.Size + MaximumOverhang, pinned: true);

    public long Offset { get; set; }

    public int Length { get; set; }

    /// <summary>Bytes behind the end that complete the last block, which is scanned with this window; they belong to the next.</summary>
    public int Overhang { get; set; }

    public List<Slice> Slices { get; } = [];

    /// <summary>Read, and not yet written.</summary>
    public bool AwaitsWriting { get; set; }

    /// <summary>Read, and not yet hashed.</summary>
    public bool AwaitsHashing { get; set; }

    public Span<byte> Bytes => buffer.AsSpan(0, Length);

    public Span<byte> BytesWithOverhang => buffer.AsSpan(0, Length + Overhang);

    /// <summary>The whole blocks that start in a slice, and where they stand in the range: each block is scanned once, with the slice that it starts in.</summary>
    public ReadOnlySpan<byte> BlocksOf(Slice slice, long rangeLength, int granularity, out long rangeOffset)
    {
        rangeOffset = RoundUp(slice.RangeOffset, granularity, rangeLength);
        long end = RoundUp(slice.RangeEnd, granularity, rangeLength);
        return buffer.AsSpan(slice.Start + (int)(rangeOffset - slice.RangeOffset), (int)(end - rangeOffset));
    }

    /// <summary>The end of the block that an offset lies in; a range ends with its last block, whole or not.</summary>
    public static long RoundUp(long rangeOffset, int granularity, long rangeLength) =>
        Math.Min((rangeOffset + granularity - 1) / granularity * granularity, rangeLength);
}

/// <summary>
/// Walks over the ranges of a file and cuts them into windows. A payload is cut where a chunk of the output ends: a file that is written in aligned chunks lies in
/// few large pages of memory, which makes it a quarter cheaper to write, and cheaper to read again.
/// </summary>
internal sealed class WindowCursor(List<FileRange> ranges, TensorWork[] tensors)
{
    private int range;
    private long rangeOffset;

    public long Position { get; private set; }

    public bool AtEnd => range == ranges.Count;

    public void Next(Window window)
    {
        window.Offset = Position;
        window.Slices.Clear();
        int used = 0;
        while (used < Chunks.Size && !AtEnd)
        {
            long left = ranges[range].Length - rangeOffset;
            int take = (int)Math.Min(left, Chunks.Size - used);
            if (take < left && !ranges[range].IsGap)
            {
                take -= Surplus(ranges[range], rangeOffset + take);
                if (take <= 0)
                {
                    break;
                }
            }

            window.Slices.Add(new(range, rangeOffset, used, take));
            used += take;
            rangeOffset += take;
            if (take == left)
            {
                range++;
                rangeOffset = 0;
            }
            else
            {
                break;
            }
        }

        window.Length = used;
        window.Overhang = used == 0 ? 0 : Overhang(window.Slices[^1]);
        Position += used;
    }

    // Bytes between the last place before an offset at which the range may be cut, and that offset.
    private int Surplus(FileRange at, long offset)
    {
        foreach (int tensor in at.Tensors)
        {
            if (tensors[tensor].Destination is { } destination)
            {
                return (int)((destination + offset) % Chunks.Size);
            }
        }

        return (int)((at.Offset + offset) % Chunks.Size);
    }

    private int Overhang(Slice last)
    {
        FileRange at = ranges[last.Range];
        long end = last.RangeEnd;
        foreach (int tensor in at.Tensors)
        {
            end = tensors[tensor].Scanner is { } scanner ? Math.Max(end, Window.RoundUp(last.RangeEnd, scanner.Granularity, at.Length)) : end;
        }

        return (int)(end - last.RangeEnd);
    }
}
