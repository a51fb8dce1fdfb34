namespace ModelPack.Tensors.Payloads;

/// <summary>A run of bytes from each group of a payload (<see cref="TakenPayload"/>). Does not own the payload.</summary>
internal sealed class TakenByteSource(ByteSource payload, TakenPayload taken) : ByteSource
{
    public override string Name => payload.Name;

    public override long Length => taken.Length;

    internal override int BytesAtOnce => payload.BytesAtOnce;

    public override void ReadAt(long offset, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            long group = offset / taken.Size;
            long skip = offset - (group * taken.Size);
            int length = (int)Math.Min(destination.Length, taken.Size - skip);
            payload.ReadAt((group * taken.Stride) + taken.Start + skip, destination[..length]);
            destination = destination[length..];
            offset += length;
        }
    }
}
