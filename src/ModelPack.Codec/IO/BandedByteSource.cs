namespace ModelPack.IO;

/// <summary>
/// A source that is dear to read in small pieces, such as a transposed matrix, for those who read it from its begin to its end in such
/// pieces, several threads at a time: it is read in bands, each once. Does not own it.
/// </summary>
internal sealed class BandedByteSource : ByteSource
{
    // Threads are never further apart than their windows together are long.
    private const int Bands = 3;

    private readonly ByteSource inner;
    private readonly Band[] bands;

    public BandedByteSource(ByteSource inner)
    {
        this.inner = inner;
        BytesAtOnce = inner.BytesAtOnce;
        bands = [.. Enumerable.Range(0, Bands).Select(_ => new Band())];
    }

    public override string Name => inner.Name;

    public override long Length => inner.Length;

    internal override int BytesAtOnce { get; }

    public override void ReadAt(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > Length - destination.Length)
        {
            throw new EndOfStreamException($"'{Name}' ends before byte {offset + destination.Length}");
        }

        while (destination.Length > 0)
        {
            long number = offset / BytesAtOnce;
            int skip = (int)(offset % BytesAtOnce);
            int length = Math.Min(destination.Length, BytesAtOnce - skip);
            Band band = bands[number % Bands];
            lock (band)
            {
                Fill(band, number);
                band.Bytes.AsSpan(skip, length).CopyTo(destination);
            }

            destination = destination[length..];
            offset += length;
        }
    }

    private void Fill(Band band, long number)
    {
        if (band.Number == number)
        {
            return;
        }

        long start = number * BytesAtOnce;
        band.Bytes ??= GC.AllocateUninitializedArray<byte>(BytesAtOnce);
        band.Number = -1;
        inner.ReadAt(start, band.Bytes.AsSpan(0, (int)Math.Min(BytesAtOnce, Length - start)));
        band.Number = number;
    }

    private sealed class Band
    {
        public long Number { get; set; } = -1;

        public byte[]? Bytes { get; set; }
    }
}
