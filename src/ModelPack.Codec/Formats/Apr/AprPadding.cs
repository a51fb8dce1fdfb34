namespace ModelPack.Formats.Apr;

/// <summary>The bytes of a file that belong to nothing: padding and gaps.</summary>
internal static class AprPadding
{
    private const int ChunkBytes = 64 * 1024;

    /// <summary>The ranges between header, metadata, index, payloads and footer, in the order of the file.</summary>
    public static IEnumerable<(long Start, long End)> Unused(
        AprHeader header, long indexEnd, IReadOnlyList<AprIndexEntry> entries, AprFooter footer)
    {
        yield return (AprFormat.HeaderBytes, header.MetadataOffset);
        yield return (header.MetadataOffset + header.MetadataSize, header.IndexOffset);
        yield return (indexEnd, header.DataOffset);
        long used = header.DataOffset;
        foreach (AprIndexEntry entry in entries.Where(entry => entry.Size > 0).OrderBy(entry => entry.Offset))
        {
            yield return (used, header.DataOffset + entry.Offset);
            used = header.DataOffset + entry.Offset + entry.Size;
        }

        yield return (used, footer.Offset);
    }

    /// <summary>Offset of the first byte in the ranges that is not zero.</summary>
    public static long? FindNonZero(ByteSource source, IEnumerable<(long Start, long End)> ranges, CancellationToken cancellation)
    {
        byte[] chunk = new byte[ChunkBytes];
        foreach ((long start, long end) in ranges)
        {
            for (long offset = start; offset < end; offset += ChunkBytes)
            {
                cancellation.ThrowIfCancellationRequested();
                Span<byte> bytes = chunk.AsSpan(0, (int)Math.Min(ChunkBytes, end - offset));
                source.ReadAt(offset, bytes);
                int found = bytes.IndexOfAnyExcept((byte)0);
                if (found >= 0)
                {
                    return offset + found;
                }
            }
        }

        return null;
    }
}
