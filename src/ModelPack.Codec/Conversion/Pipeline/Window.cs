using ModelPack.Formats;

namespace ModelPack.Conversion.Pipeline;

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
/// <param name="capacity">Most bytes of a chunk.</param>
internal sealed class Window(int capacity)
{
    /// <summary>Most bytes that a window holds behind its end: what is missing to a block of the largest type.</summary>
    public const int MaximumOverhang = 512;

    private readonly byte[] buffer = GC.AllocateUninitializedArray<byte>(capacity + MaximumOverhang, pinned: true);

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

    /// <summary>The whole blocks that start in a slice, and where they stand in the range: each block is scanned once, with the slice that
    /// it starts in.</summary>
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
