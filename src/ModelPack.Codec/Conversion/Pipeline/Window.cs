using ModelPack.Codec.IO;

namespace ModelPack.Codec.Conversion.Pipeline;

/// <summary>A part of a <see cref="FileRange"/> inside a window.</summary>
/// <param name="Range">Index of the range.</param>
/// <param name="RangeOffset">Where the slice starts in the range.</param>
/// <param name="Start">Where the slice starts in the window.</param>
/// <param name="Length">Length in bytes.</param>
internal readonly record struct Slice(int Range, long RangeOffset, int Start, int Length);

/// <summary>A chunk of a file with the slices that it consists of.</summary>
internal sealed class Window
{
    private readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(Chunks.Size, pinned: true);

    public long Offset { get; set; }

    public int Length { get; set; }

    public List<Slice> Slices { get; } = [];

    public Span<byte> Bytes => buffer.AsSpan(0, Length);
}

/// <summary>Walks over the ranges of a file and cuts them into windows. A payload is only cut between blocks, so that each slice can be scanned by itself.</summary>
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
                take -= (int)((rangeOffset + take) % Granularity(ranges[range]));
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
        Position += used;
    }

    // Tensors that share a range may have different types of the same size; a common multiple suits all of them.
    private long Granularity(FileRange at)
    {
        long common = 1;
        foreach (int tensor in at.Tensors)
        {
            long own = tensors[tensor].Granularity;
            long left = common;
            long right = own;
            while (right != 0)
            {
                (left, right) = (right, left % right);
            }

            common = common / left * own;
        }

        return common;
    }
}
