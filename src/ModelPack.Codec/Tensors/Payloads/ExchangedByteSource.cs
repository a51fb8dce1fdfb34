using System.Buffers;
using ModelPack.Codec.IO;

namespace ModelPack.Codec.Tensors.Payloads;

/// <summary>
/// A payload with rows and columns exchanged (<see cref="ExchangedPayload"/>). Does not own it. What is asked for is made of a few rows of the result at once: from
/// each row of the payload one run of columns is read, so that a transposition does not read element by element.
/// </summary>
internal sealed class ExchangedByteSource(ByteSource payload, ExchangedPayload exchanged) : ByteSource
{
    private const long LargeUnit = 1024;

    private readonly long unit = exchanged.UnitBytes;
    private readonly long rows = exchanged.Rows;
    private readonly long columns = exchanged.Columns;

    public override string Name => payload.Name;

    public override long Length => exchanged.Length;

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
        byte[] run = ArrayPool<byte>.Shared.Rent((int)(count * unit));
        for (long r = firstRow; r <= lastRow; r++)
        {
            payload.ReadAt(start + (((r * columns) + firstColumn) * unit), run.AsSpan(0, (int)(count * unit)));
            for (int c = 0; c < count; c++)
            {
                Place(run.AsSpan((int)(c * unit), (int)unit), ((((firstColumn + c) * rows) + r) * unit) - offset, destination);
            }
        }

        ArrayPool<byte>.Shared.Return(run);
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

    private static void Place(ReadOnlySpan<byte> bytes, long at, Span<byte> destination)
    {
        long from = Math.Max(at, 0);
        long to = Math.Min(at + bytes.Length, destination.Length);
        if (from < to)
        {
            bytes[(int)(from - at)..(int)(to - at)].CopyTo(destination[(int)from..]);
        }
    }
}
