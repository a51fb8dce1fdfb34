namespace ModelPack.IO;

/// <summary>What follows the place at which a seekable stream stands. Owns the stream; reads take turns, for a stream has one
/// cursor.</summary>
internal sealed class StreamByteSource : ByteSource
{
    private readonly Stream stream;
    private readonly long start;
    private readonly Lock turn = new();

    /// <exception cref="ArgumentException">The stream cannot be read or cannot seek, or stands at its end.</exception>
    public StreamByteSource(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead || !stream.CanSeek)
        {
            string lacks = stream.CanRead ? "seek" : "be read";
            throw new ArgumentException(
                $"the stream cannot {lacks}, and payloads are read where they lie: copy it to a file or a MemoryStream first",
                nameof(stream));
        }

        this.stream = stream;
        start = stream.Position;
        Length = Math.Max(0, stream.Length - start);
        if (Length == 0 && start > 0)
        {
            throw new ArgumentException(
                $"the stream stands at its end, byte {start}, and a model is read from where it stands: set Position to its start",
                nameof(stream));
        }
    }

    public override string Name => stream is FileStream file ? file.Name : "<stream>";

    public override long Length { get; }

    public override void ReadAt(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > Length - destination.Length)
        {
            throw new EndOfStreamException($"'{Name}' ends before byte {offset + destination.Length}");
        }

        lock (turn)
        {
            stream.Position = start + offset;
            stream.ReadExactly(destination);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            stream.Dispose();
        }
    }
}
