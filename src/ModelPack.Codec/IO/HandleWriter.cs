using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace ModelPack.IO;

/// <summary>Writes text of unknown length to an open file. <see cref="Flush"/> has to be called in the end.</summary>
internal sealed class HandleWriter(SafeFileHandle handle) : IBufferWriter<byte>
{
    private byte[] buffer = new byte[64 * 1024];
    private int used;
    private long position;

    public void Advance(int count) => used += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (buffer.Length - used <= sizeHint)
        {
            Flush();
        }

        if (buffer.Length <= sizeHint)
        {
            buffer = new byte[sizeHint + 1];
        }

        return buffer.AsMemory(used);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Flush()
    {
        RandomAccess.Write(handle, buffer.AsSpan(0, used), position);
        position += used;
        used = 0;
    }
}
