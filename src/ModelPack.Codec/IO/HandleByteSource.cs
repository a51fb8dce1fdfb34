using Microsoft.Win32.SafeHandles;

namespace ModelPack.IO;

/// <summary>A file that somebody else opened and will close.</summary>
internal sealed class HandleByteSource(SafeFileHandle handle, string name) : ByteSource
{
    public override string Name => name;

    public override long Length { get; } = RandomAccess.GetLength(handle);

    public override void ReadAt(long offset, Span<byte> destination) => Positioned.ReadAll(handle, name, offset, destination);
}

/// <summary>Reading at a position until a buffer is full.</summary>
internal static class Positioned
{
    /// <exception cref="EndOfStreamException">The file ended before the buffer was full.</exception>
    public static void ReadAll(SafeFileHandle handle, string name, long offset, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            int read = RandomAccess.Read(handle, destination, offset);
            if (read == 0)
            {
                throw new EndOfStreamException($"'{name}' ended at byte {offset} while it was read");
            }

            destination = destination[read..];
            offset += read;
        }
    }
}
