using ModelPack.Formats;

namespace ModelPack.Conversion.Pipeline;

/// <summary>
/// Walks over the ranges of a file and cuts them into windows. A payload is cut where a chunk of the output ends: a file that is written in
/// aligned chunks lies in few large pages of memory, which makes it a quarter cheaper to write, and cheaper to read again.
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
            end = tensors[tensor].Scanner is { } scanner
                ? Math.Max(end, Window.RoundUp(last.RangeEnd, scanner.Granularity, at.Length))
                : end;
        }

        return (int)(end - last.RangeEnd);
    }
}
