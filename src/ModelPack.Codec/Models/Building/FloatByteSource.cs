using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ModelPack.Models.Building;

/// <summary>Float32 values as they are stored: four bytes each, the lowest first.</summary>
internal sealed class FloatByteSource(ReadOnlyMemory<float> values) : ByteSource
{
    public override string Name => "<values>";

    public override long Length => sizeof(float) * (long)values.Length;

    public override void ReadAt(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > Length - destination.Length)
        {
            throw new EndOfStreamException($"the values end before byte {offset + destination.Length}");
        }

        // A span of bytes ends at 2 GiB, an array of values at 8.
        int first = (int)(offset / sizeof(float));
        int skip = (int)(offset % sizeof(float));
        int count = (skip + destination.Length + sizeof(float) - 1) / sizeof(float);
        ReadOnlySpan<float> read = values.Span.Slice(first, count);
        if (!BitConverter.IsLittleEndian)
        {
            int[] swapped = new int[count];
            BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<float, int>(read), swapped);
            read = MemoryMarshal.Cast<int, float>(swapped);
        }

        MemoryMarshal.AsBytes(read).Slice(skip, destination.Length).CopyTo(destination);
    }
}
