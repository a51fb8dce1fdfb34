using System.Buffers;
using System.Runtime.InteropServices;

namespace ModelPack.Tensors.Payloads;

/// <summary>
/// A payload with rows and columns exchanged (<see cref="ExchangedPayload"/>). Does not own it. What is asked for is made of a few rows of
/// the result at once: from each row of the payload one run of columns is read, so that a transposition does not read element by element.
/// </summary>
internal sealed class ExchangedByteSource(ByteSource payload, ExchangedPayload exchanged) : ByteSource
{
    private const long LargeUnit = 1024;

    // As many units of a column as are placed at once: enough that the memory of the result is written in whole lines of the cache.
    private const int BlockBytes = 128;

    // Each row of the payload is read once for every run of so many bytes of the result. All threads together take no more than a few dozen
    // megabytes.
    private static readonly int BandBytes = Math.Clamp((64 << 20) / Environment.ProcessorCount, Chunks.Size, 8 * Chunks.Size);

    private readonly long unit = exchanged.UnitBytes;
    private readonly long rows = exchanged.Rows;
    private readonly long columns = exchanged.Columns;

    public override string Name => payload.Name;

    public override long Length => exchanged.Length;

    internal override int BytesAtOnce => unit < LargeUnit ? BandBytes : payload.BytesAtOnce;

    public override void ReadAt(long offset, Span<byte> destination)
    {
        long part = rows * columns * unit;
        while (destination.Length > 0)
        {
            long outer = offset / part;
            int length = (int)Math.Min(destination.Length, ((outer + 1) * part) - offset);
            ReadPart(outer * part, offset - (outer * part), destination[..length]);
            destination = destination[length..];
            offset += length;
        }
    }

    private void ReadPart(long start, long offset, Span<byte> destination)
    {
        if (unit >= LargeUnit)
        {
            ReadUnits(start, offset, destination);
            return;
        }

        long row = rows * unit;
        long firstColumn = offset / row;
        long next = ((firstColumn + 1) * row) - offset;
        if (next < destination.Length && destination.Length <= row)
        {
            // The end of one row and the begin of the next: reading both whole would cost far more than what is asked for.
            ReadPart(start, offset, destination[..(int)next]);
            ReadPart(start, offset + next, destination[(int)next..]);
            return;
        }

        int count = (int)(((offset + destination.Length - 1) / row) - firstColumn + 1);
        long firstRow = count > 1 ? 0 : offset / unit % rows;
        long lastRow = count > 1 ? rows - 1 : (offset + destination.Length - 1) / unit % rows;
        int run = checked((int)(count * unit));
        int most = (int)Math.Clamp(BlockBytes / unit, 1, lastRow - firstRow + 1);
        byte[] block = ArrayPool<byte>.Shared.Rent(checked(run * most));
        for (long r = firstRow; r <= lastRow; r += most)
        {
            int height = (int)Math.Min(most, lastRow - r + 1);
            for (int i = 0; i < height; i++)
            {
                payload.ReadAt(start + ((((r + i) * columns) + firstColumn) * unit), block.AsSpan(i * run, run));
            }

            Place(block.AsSpan(0, height * run), count, (((firstColumn * rows) + r) * unit) - offset, destination);
        }

        ArrayPool<byte>.Shared.Return(block);
    }

    private void ReadUnits(long start, long offset, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            long place = offset / unit;
            long skip = offset - (place * unit);
            int length = (int)Math.Min(destination.Length, unit - skip);
            payload.ReadAt(start + ((((place % rows) * columns) + (place / rows)) * unit) + skip, destination[..length]);
            destination = destination[length..];
            offset += length;
        }
    }

    // Each column of the block becomes a run of the result, the first one at a place that may lie before the destination.
    private void Place(ReadOnlySpan<byte> block, int count, long at, Span<byte> destination)
    {
        long stride = rows * unit;
        int inner = count - 2;
        if (unit == sizeof(uint) && Transposition.IsAccelerated && inner > 0)
        {
            // Of the columns only the first and the last may be cut.
            Transposition.Place(
                MemoryMarshal.Cast<byte, uint>(block), count, MemoryMarshal.Cast<byte, uint>(destination[(int)(at + stride)..]),
                checked((int)rows));
            PlaceColumn(block, count, 0, at, destination);
            PlaceColumn(block, count, count - 1, at + ((count - 1) * stride), destination);
            return;
        }

        for (int column = 0; column < count; column++, at += stride)
        {
            PlaceColumn(block, count, column, at, destination);
        }
    }

    private void PlaceColumn(ReadOnlySpan<byte> block, int count, int column, long at, Span<byte> destination)
    {
        int length = block.Length / count;
        if (at >= 0 && at <= destination.Length - length)
        {
            Transpose(block, count, column, destination.Slice((int)at, length));
            return;
        }

        Span<byte> cut = stackalloc byte[Math.Min(length, (int)LargeUnit)];
        long from = Math.Max(at, 0);
        long to = Math.Min(at + length, destination.Length);
        if (from < to)
        {
            Transpose(block, count, column, cut);
            cut[(int)(from - at)..(int)(to - at)].CopyTo(destination[(int)from..]);
        }
    }

    private void Transpose(ReadOnlySpan<byte> block, int count, int column, Span<byte> run)
    {
        switch (unit)
        {
            case sizeof(byte):
                Transpose<byte>(block, count, column, run);
                break;
            case sizeof(ushort):
                Transpose<ushort>(block, count, column, run);
                break;
            case sizeof(uint):
                Transpose<uint>(block, count, column, run);
                break;
            case sizeof(ulong):
                Transpose<ulong>(block, count, column, run);
                break;
            default:
                int size = (int)unit;
                for (int to = 0, from = column * size; to < run.Length; to += size, from += count * size)
                {
                    block.Slice(from, size).CopyTo(run[to..]);
                }

                break;
        }
    }

    private static void Transpose<T>(ReadOnlySpan<byte> block, int count, int column, Span<byte> run)
        where T : unmanaged
    {
        ReadOnlySpan<T> units = MemoryMarshal.Cast<byte, T>(block);
        Span<T> made = MemoryMarshal.Cast<byte, T>(run);
        for (int i = 0; i < made.Length; i++, column += count)
        {
            made[i] = units[column];
        }
    }
}
