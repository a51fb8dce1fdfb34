namespace ModelPack.IO;

/// <summary>Reads a source as a stream. Does not own it.</summary>
internal sealed class ByteSourceStream(ByteSource source) : Stream
{
    private long position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => source.Length;

    public override long Position
    {
        get => position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            position = value;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        int length = (int)Math.Min(buffer.Length, Math.Max(0, source.Length - position));
        source.ReadAt(position, buffer[..length]);
        position += length;
        return length;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        long from = origin switch
        {
            SeekOrigin.Begin => 0,
            SeekOrigin.Current => position,
            SeekOrigin.End => source.Length,
            _ => throw new ArgumentOutOfRangeException(nameof(origin), origin, "not a place to seek from"),
        };
        long target = checked(from + offset);
        return target >= 0 ? position = target : throw new IOException($"byte {target} lies before the start");
    }

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException("the bytes are read only");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("the bytes are read only");
}
