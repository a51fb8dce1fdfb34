namespace ModelPack.IO;

/// <summary>Bytes held in memory.</summary>
internal sealed class MemoryByteSource(ReadOnlyMemory<byte> bytes, string name = "<memory>") : ByteSource
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override long Length => bytes.Length;

    /// <inheritdoc/>
    public override void ReadAt(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > bytes.Length - destination.Length)
        {
            throw new EndOfStreamException($"'{name}' ends before byte {offset + destination.Length}");
        }

        bytes.Span.Slice((int)offset, destination.Length).CopyTo(destination);
    }

    internal override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> lent)
    {
        lent = bytes.Span.Slice((int)offset, length);
        return true;
    }
}
