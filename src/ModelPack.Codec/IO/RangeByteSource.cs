namespace ModelPack.IO;

/// <summary>A part of another source. Does not own it.</summary>
internal sealed class RangeByteSource(ByteSource inner, long start, long length) : ByteSource
{
    public override string Name => inner.Name;

    public override long Length => length;

    internal override int BytesAtOnce => inner.BytesAtOnce;

    /// <summary>Where the part starts.</summary>
    public long Start => start;

    public bool IsPartOf(ByteSource source) => ReferenceEquals(inner, source);

    public override void ReadAt(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > length - destination.Length)
        {
            throw new EndOfStreamException(
                $"'{Name}': bytes {offset} to {offset + destination.Length} lie outside a range of {length} bytes");
        }

        inner.ReadAt(start + offset, destination);
    }

    internal override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes) =>
        inner.TryGetSpan(start + offset, length, out bytes);
}
