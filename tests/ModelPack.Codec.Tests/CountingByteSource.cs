namespace ModelPack.Codec.Tests;

/// <summary>Counts the bytes that a reader asks for: work that does not depend on how busy the machine is.</summary>
internal sealed class CountingByteSource(ByteSource inner) : ByteSource
{
    /// <summary>What a reader may read beside a multiple of the file: buffers are filled whole.</summary>
    public const int Slack = 64 << 10;

    public long BytesRead { get; private set; }

    public override long Length => inner.Length;

    public override string Name => inner.Name;

    public override void ReadAt(long offset, Span<byte> destination)
    {
        BytesRead += destination.Length;
        inner.ReadAt(offset, destination);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }
    }
}
