namespace ModelPack.Models.Building;

/// <summary>A payload that a stream gives, which is opened when the payload is read. It is read in order; whoever reads from before opens
/// the stream again.</summary>
/// <param name="tensor">Name of the tensor.</param>
/// <param name="open">Opens the stream.</param>
/// <param name="length">Bytes that it has to give.</param>
internal sealed class DeferredByteSource(string tensor, Func<Stream> open, long length) : ByteSource
{
    private readonly Lock gate = new();
    private Stream? stream;
    private long position;

    public override string Name => $"<payload of {tensor}>";

    public override long Length => length;

    public override void ReadAt(long offset, Span<byte> destination)
    {
        lock (gate)
        {
            if (stream is null || offset != position)
            {
                Close();
                stream = open() ?? throw Wrong("the stream for it is null");
                Skip(offset);
            }

            int read = stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
            position += read;
            if (read < destination.Length)
            {
                throw Wrong($"the stream ends after {position} of {length} bytes");
            }

            if (position == length)
            {
                bool goesOn = stream.ReadByte() >= 0;
                Close();
                if (goesOn)
                {
                    throw Wrong($"the stream goes on behind {length} bytes");
                }
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Close();
        }

        base.Dispose(disposing);
    }

    private void Close()
    {
        stream?.Dispose();
        stream = null;
        position = 0;
    }

    private void Skip(long bytes)
    {
        byte[] buffer = new byte[Math.Min(bytes, Chunks.Size)];
        while (position < bytes)
        {
            int read = stream!.Read(buffer, 0, (int)Math.Min(buffer.Length, bytes - position));
            position += read > 0 ? read : throw Wrong($"the stream ends after {position} of {length} bytes");
        }
    }

    private ModelPackException Wrong(string why) => new(BuildingErrors.WrongLength, why) { TensorName = tensor };
}
