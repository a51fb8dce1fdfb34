using System.Buffers;

namespace ModelPack.Tensors.Payloads;

/// <summary>Several payloads dealt out in groups (<see cref="JoinedPayload"/>). Does not own them.</summary>
internal sealed class JoinedByteSource : ByteSource
{
    private readonly ByteSource[] parts;
    private readonly long[] shares;
    private readonly long[] starts;
    private readonly long group;

    public JoinedByteSource(ByteSource[] parts, long count)
    {
        this.parts = parts;
        shares = [.. parts.Select(part => part.Length / count)];
        starts = new long[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            starts[i] = group;
            group += shares[i];
        }

        Length = group * count;
    }

    public override string Name => parts.Length == 0 ? "<nothing>" : parts[0].Name;

    public override long Length { get; }

    internal override int BytesAtOnce => parts.Length == 0 ? Chunks.Size : parts.Max(part => part.BytesAtOnce);

    public override void ReadAt(long offset, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            long number = offset / group;
            long within = offset - (number * group);
            if (within == 0 && destination.Length / group > 1 && parts.Length > 1)
            {
                int whole = (int)(destination.Length / group);
                ReadGroups(number, whole, destination[..(int)(whole * group)]);
                destination = destination[(int)(whole * group)..];
                offset += whole * group;
                continue;
            }

            int part = Array.BinarySearch(starts, within);
            part = part >= 0 ? LastAt(part) : ~part - 1;
            long skip = within - starts[part];
            int length = (int)Math.Min(destination.Length, shares[part] - skip);
            parts[part].ReadAt((number * shares[part]) + skip, destination[..length]);
            destination = destination[length..];
            offset += length;
        }
    }

    // From each part one run, however small the shares are.
    private void ReadGroups(long first, int count, Span<byte> destination)
    {
        for (int part = 0; part < parts.Length; part++)
        {
            int share = (int)shares[part];
            byte[] run = ArrayPool<byte>.Shared.Rent(count * share);
            parts[part].ReadAt(first * share, run.AsSpan(0, count * share));
            for (int i = 0; i < count; i++)
            {
                run.AsSpan(i * share, share).CopyTo(destination[(int)((i * group) + starts[part])..]);
            }

            ArrayPool<byte>.Shared.Return(run);
        }
    }

    // Empty parts start where the next one does.
    private int LastAt(int part)
    {
        while (shares[part] == 0 || (part > 0 && starts[part - 1] == starts[part] && shares[part - 1] > 0))
        {
            part += shares[part] == 0 ? 1 : -1;
        }

        return part;
    }
}
