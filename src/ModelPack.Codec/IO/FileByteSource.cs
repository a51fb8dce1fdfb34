using Microsoft.Win32.SafeHandles;

namespace ModelPack.IO;

/// <summary>
/// A file on disk, read by position: no shared cursor, no mapping (a mapped file that is cut while it is read kills the process). It is
/// mapped when a span of it is asked for.
/// </summary>
internal sealed class FileByteSource : ByteSource
{
    private readonly SafeFileHandle handle;
    private readonly Lock turn = new();
    private MappedByteSource? mapping;

    /// <summary>Opens a file for reading. Other readers are allowed, writers are not.</summary>
    /// <exception cref="ModelPackException">It is a pipe, a socket or a device.</exception>
    public FileByteSource(string path)
    {
        Name = path;
        RegularFile.EnsureReadable(path);
        handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        Length = RandomAccess.GetLength(handle);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override long Length { get; }

    /// <inheritdoc/>
    public override void ReadAt(long offset, Span<byte> destination) => Positioned.ReadAll(handle, Name, offset, destination);

    /// <inheritdoc/>
    internal override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        lock (turn)
        {
            mapping ??= MappedByteSource.TryMap(handle, Name);
        }

        bytes = default;
        return length == 0 || (mapping is not null && mapping.TryGetSpan(offset, length, out bytes));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            mapping?.Dispose();
            handle.Dispose();
        }
    }
}
