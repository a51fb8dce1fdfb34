using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using ModelPack.IO;

namespace ModelPack;

/// <summary>
/// A file that is mapped to memory as a whole, so that its bytes can be lent without a copy. The system reads them when they are touched.
/// On Linux and macOS nothing keeps other programs from cutting a file: touching what is no longer there ends the process. A
/// <see cref="FileByteSource"/> maps only when a span is asked for.
/// </summary>
/// <example>
/// <code>
/// using Model model = Model.Open(new MappedByteSource("qwen.gguf"));
/// </code>
/// </example>
public sealed class MappedByteSource : ByteSource
{
    private readonly MemoryMappedFile? file;
    private readonly MemoryMappedViewAccessor? view;

    /// <summary>Opens and maps a file. Other readers are allowed, writers are not.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelPackException">It is a pipe, a socket or a device.</exception>
    /// <exception cref="IOException">The file is not there, or cannot be mapped.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    public MappedByteSource(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Name = path;
        RegularFile.EnsureReadable(path);
        using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        (Length, file, view) = Map(handle);
    }

    private MappedByteSource(SafeFileHandle handle, string name)
    {
        Name = name;
        (Length, file, view) = Map(handle);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override long Length { get; }

    /// <inheritdoc/>
    public override void ReadAt(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > Length - destination.Length)
        {
            throw new EndOfStreamException($"'{Name}' ends before byte {offset + destination.Length}");
        }

        // Counts the reference, so that a view that is disposed meanwhile stays until the copy is made.
        view?.SafeMemoryMappedViewHandle.ReadSpan((ulong)offset, destination);
    }

    /// <summary>Maps a file that is open; null if the system has no room for it.</summary>
    internal static MappedByteSource? TryMap(SafeFileHandle handle, string name)
    {
        try
        {
            return new(handle, name);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or OutOfMemoryException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    internal override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (view is null)
        {
            return length == 0;
        }

        ObjectDisposedException.ThrowIf(view.SafeMemoryMappedViewHandle.IsClosed, this);
        if (offset < 0 || offset > Length - length)
        {
            throw new EndOfStreamException($"'{Name}' ends before byte {offset + length}");
        }

        // The only place that makes a span of an address: the range was checked, and the view lives until Dispose.
        nint start = view.SafeMemoryMappedViewHandle.DangerousGetHandle() + (nint)(view.PointerOffset + offset);
        bytes = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), start), length);
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            view?.Dispose();
            file?.Dispose();
        }
    }

    // An empty file cannot be mapped.
    private static (long Length, MemoryMappedFile? File, MemoryMappedViewAccessor? View) Map(SafeFileHandle handle)
    {
        long length = RandomAccess.GetLength(handle);
        if (length == 0)
        {
            return default;
        }

        MemoryMappedFile file = MemoryMappedFile.CreateFromFile(
            handle, null, length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        try
        {
            return (length, file, file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
