using ModelPack.Tensors;

namespace ModelPack.Conversion;

/// <summary>A payload in the other byte order. Does not own the payload.</summary>
internal sealed class ReversedByteSource(ByteSource payload, TensorType type) : ByteSource
{
    private const int BlocksAtOnce = 256;

    public override string Name => payload.Name;

    public override long Length => payload.Length;

    public override void ReadAt(long offset, Span<byte> destination)
    {
        int block = TensorTypes.Get(type).BlockBytes;
        byte[] buffer = new byte[block * BlocksAtOnce];
        while (destination.Length > 0)
        {
            int skip = (int)(offset % block);
            int wanted = Math.Min(buffer.Length, (skip + destination.Length + block - 1) / block * block);
            Span<byte> blocks = buffer.AsSpan(0, wanted);
            payload.ReadAt(offset - skip, blocks);
            PayloadByteOrder.Reverse(type, blocks);
            int used = Math.Min(wanted - skip, destination.Length);
            blocks.Slice(skip, used).CopyTo(destination);
            destination = destination[used..];
            offset += used;
        }
    }
}
