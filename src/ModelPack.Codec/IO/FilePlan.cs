namespace ModelPack.IO;

/// <summary>A run of bytes of a file that is to be written, or rebuilt.</summary>
/// <param name="Length">Length in bytes.</param>
internal abstract record Segment(long Length);

/// <summary>Bytes that are known: a header, odd padding, a tail.</summary>
internal sealed record LiteralSegment(ReadOnlyMemory<byte> Bytes) : Segment(Bytes.Length);

/// <summary>Zero bytes, as paddings are.</summary>
internal sealed record ZeroSegment(long Length) : Segment(Length)
{
    private static readonly ZeroSegment[] Paddings = [.. Enumerable.Range(0, 65).Select(length => new ZeroSegment(length))];

    /// <summary>A run of zeros; paddings of one length are one object, since a file may have very many.</summary>
    internal static ZeroSegment Of(long length) => length < Paddings.Length ? Paddings[length] : new(length);
}

/// <summary>The payload of one tensor, whole.</summary>
/// <param name="Tensor">Index of the tensor in the list that the plan belongs to.</param>
/// <param name="Length">Payload length in bytes.</param>
internal sealed record PayloadSegment(int Tensor, long Length) : Segment(Length);

/// <summary>The CRC-32 of all bytes before it, little-endian: the footer of an APR file (apr-v2.md §6).</summary>
internal sealed record Crc32Segment() : Segment(4);

/// <summary>A file as a list of segments without gaps. Writing one, hashing one and rebuilding one is the same walk over this
/// list.</summary>
internal sealed record FilePlan(IReadOnlyList<Segment> Segments)
{
    /// <summary>Length of the file in bytes.</summary>
    public long Length { get; } = Segments.Sum(segment => segment.Length);
}
