namespace ModelPack.IO;

/// <summary>A file that exists only as a plan: literal bytes, zeros, and payloads that are read from where they lie. Does not own the
/// payloads.</summary>
internal sealed class ComposedByteSource : ByteSource
{
    private readonly Segment[] segments;
    private readonly long[] starts;
    private readonly IReadOnlyList<ByteSource> payloads;
    private readonly Lazy<int> atOnce;

    /// <summary>Composes a file.</summary>
    /// <param name="name">Name for messages.</param>
    /// <param name="plan">The plan; a <see cref="Crc32Segment"/> has to be resolved to a literal first.</param>
    /// <param name="payloads">The payload of each tensor index that the plan names.</param>
    public ComposedByteSource(string name, FilePlan plan, IReadOnlyList<ByteSource> payloads)
    {
        Name = name;
        Length = plan.Length;
        this.payloads = payloads;
        atOnce = new(() => Payloads.Select(at => at.Payload.BytesAtOnce).Append(Chunks.Size).Max());
        segments = plan.Segments.Where(segment => segment.Length > 0).ToArray();
        starts = new long[segments.Length];
        long start = 0;
        for (int i = 0; i < segments.Length; i++)
        {
            starts[i] = start;
            start += segments[i].Length;
        }
    }

    public override string Name { get; }

    internal override int BytesAtOnce => atOnce.Value;

    public override long Length { get; }

    /// <summary>The payloads that the file holds, and where.</summary>
    public IEnumerable<(long Offset, ByteSource Payload)> Payloads =>
        segments.Select((segment, i) => (segment, i)).Where(at => at.segment is PayloadSegment)
        .Select(at => (starts[at.i], payloads[((PayloadSegment)at.segment).Tensor]));

    public override void ReadAt(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > Length - destination.Length)
        {
            throw new EndOfStreamException($"'{Name}' ends before byte {offset + destination.Length}");
        }

        int index = SegmentAt(offset);
        while (destination.Length > 0)
        {
            Segment segment = segments[index];
            long skip = offset - starts[index];
            Span<byte> part = destination[..(int)Math.Min(destination.Length, segment.Length - skip)];
            Fill(segment, skip, part);
            destination = destination[part.Length..];
            offset += part.Length;
            index++;
        }
    }

    internal override ReadOnlyMemory<byte> ReadMemory(long offset, int length)
    {
        int index = SegmentAt(offset);
        return index >= 0 && segments[index] is LiteralSegment literal && offset - starts[index] <= literal.Length - length
            ? literal.Bytes.Slice((int)(offset - starts[index]), length)
            : ReadBytes(offset, length);
    }

    private int SegmentAt(long offset)
    {
        int index = Array.BinarySearch(starts, offset);
        return index >= 0 ? index : ~index - 1;
    }

    private void Fill(Segment segment, long skip, Span<byte> part)
    {
        switch (segment)
        {
            case LiteralSegment literal:
                literal.Bytes.Span.Slice((int)skip, part.Length).CopyTo(part);
                break;
            case ZeroSegment:
                part.Clear();
                break;
            case PayloadSegment payload:
                payloads[payload.Tensor].ReadAt(skip, part);
                break;
            default:
                throw new InvalidOperationException($"a {segment.GetType().Name} cannot be read before it is resolved");
        }
    }
}
