namespace ModelPack;

/// <summary>Bytes that can be read at any offset, from several threads at once: a file, memory, or a file that is composed on the
/// fly.</summary>
/// <example>
/// <code>
/// using ByteSource source = new MappedByteSource("qwen.gguf");
/// byte[] magic = new byte[4];
/// source.ReadAt(0, magic);
/// </code>
/// </example>
public abstract class ByteSource : IDisposable
{
    /// <summary>Name for messages: a path, or a description in angle brackets.</summary>
    public abstract string Name { get; }

    /// <summary>Length in bytes.</summary>
    public abstract long Length { get; }

    /// <summary>How many bytes are best read at once by whoever reads all of them.</summary>
    internal virtual int BytesAtOnce => Chunks.Size;

    /// <summary>Fills <paramref name="destination"/> from <paramref name="offset"/> on.</summary>
    /// <exception cref="EndOfStreamException">Fewer bytes than asked for are left (the file shrank while it was read).</exception>
    public abstract void ReadAt(long offset, Span<byte> destination);

    /// <summary>Reads <paramref name="length"/> bytes into a new array. The caller has checked the length against
    /// <see cref="Length"/>.</summary>
    internal byte[] ReadBytes(long offset, int length)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
        ReadAt(offset, bytes);
        return bytes;
    }

    /// <summary>As <see cref="ReadBytes"/>, but not always a copy: nobody may change the bytes.</summary>
    internal virtual ReadOnlyMemory<byte> ReadMemory(long offset, int length) => ReadBytes(offset, length);

    /// <summary>Lends bytes that lie in memory, without a copy; they are there until the source is disposed. The caller has checked the
    /// range against <see cref="Length"/>.</summary>
    /// <returns>False if they do not lie in memory in one piece.</returns>
    internal virtual bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return length == 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the source holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
