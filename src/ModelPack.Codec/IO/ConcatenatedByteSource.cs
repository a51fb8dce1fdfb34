namespace ModelPack.IO;

/// <summary>A file with its name inside a model.</summary>
/// <param name="Name">Bare file name.</param>
/// <param name="Source">The bytes.</param>
internal sealed record NamedSource(string Name, ByteSource Source);

/// <summary>Several files read as one run of bytes. Owns them.</summary>
internal sealed class ConcatenatedByteSource : ByteSource
{
    private readonly ByteSource[] parts;
    private readonly long[] starts;

    public ConcatenatedByteSource(string name, IEnumerable<ByteSource> parts)
    {
        Name = name;
        this.parts = [.. parts];
        starts = new long[this.parts.Length];
        for (int i = 0; i < starts.Length; i++)
        {
            starts[i] = Length;
            Length += this.parts[i].Length;
        }
    }

    public override string Name { get; }

    public override long Length { get; }

    internal override int BytesAtOnce => parts.Select(part => part.BytesAtOnce).Append(Chunks.Size).Max();

    public override void ReadAt(long offset, Span<byte> destination)
    {
        if (offset < 0 || offset > Length - destination.Length)
        {
            throw new EndOfStreamException($"'{Name}' ends before byte {offset + destination.Length}");
        }

        int part = PartAt(offset);
        while (destination.Length > 0)
        {
            long skip = offset - starts[part];
            int length = (int)Math.Min(destination.Length, parts[part].Length - skip);
            if (length > 0)
            {
                parts[part].ReadAt(skip, destination[..length]);
                destination = destination[length..];
                offset += length;
            }

            part++;
        }
    }

    internal override bool TryGetSpan(long offset, int length, out ReadOnlySpan<byte> bytes)
    {
        int part = PartAt(offset);
        if (offset - starts[part] <= parts[part].Length - length)
        {
            return parts[part].TryGetSpan(offset - starts[part], length, out bytes);
        }

        bytes = default;
        return false;
    }

    private int PartAt(long offset)
    {
        int part = Array.BinarySearch(starts, offset);
        return part >= 0 ? part : ~part - 1;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Array.ForEach(parts, part => part.Dispose());
        }

        base.Dispose(disposing);
    }
}
