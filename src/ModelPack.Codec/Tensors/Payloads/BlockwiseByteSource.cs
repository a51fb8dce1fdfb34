using System.Buffers;

namespace ModelPack.Tensors.Payloads;

/// <summary>Turns whole blocks of one payload into whole blocks of another.</summary>
internal delegate void BlockChange(ReadOnlySpan<byte> blocks, Span<byte> destination);

/// <summary>A payload each block of which is made of the block of the same number of another payload, which is not owned.</summary>
/// <param name="payload">The other payload, whole blocks.</param>
/// <param name="inner">Bytes in a block of it.</param>
/// <param name="outer">Bytes in a block of this one.</param>
/// <param name="change">Makes some blocks.</param>
internal sealed class BlockwiseByteSource(ByteSource payload, int inner, int outer, BlockChange change) : ByteSource
{
    private const int BufferBytes = 128 * 1024;

    public override string Name => payload.Name;

    public override long Length { get; } = payload.Length / inner * outer;

    internal override int BytesAtOnce => payload.BytesAtOnce;

    public override void ReadAt(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > Length - destination.Length)
        {
            throw new EndOfStreamException(
                $"'{Name}': bytes {offset} to {offset + destination.Length} lie outside a payload of {Length} bytes");
        }

        int most = Math.Max(1, BufferBytes / Math.Max(inner, outer));
        byte[] read = ArrayPool<byte>.Shared.Rent(most * inner);
        byte[] made = ArrayPool<byte>.Shared.Rent(most * outer);
        while (destination.Length > 0)
        {
            long block = offset / outer;
            int skip = (int)(offset - (block * outer));
            int blocks = (int)Math.Min(most, ((long)skip + destination.Length + outer - 1) / outer);
            Span<byte> from = read.AsSpan(0, blocks * inner);
            payload.ReadAt(block * inner, from);
            int used = Math.Min((blocks * outer) - skip, destination.Length);
            if (skip == 0 && used == blocks * outer)
            {
                change(from, destination[..used]);
            }
            else
            {
                change(from, made.AsSpan(0, blocks * outer));
                made.AsSpan(skip, used).CopyTo(destination);
            }

            destination = destination[used..];
            offset += used;
        }

        ArrayPool<byte>.Shared.Return(read);
        ArrayPool<byte>.Shared.Return(made);
    }
}
