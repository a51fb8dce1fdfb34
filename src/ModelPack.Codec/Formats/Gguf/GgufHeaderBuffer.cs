namespace ModelPack.Formats.Gguf;

/// <summary>
/// The beginning of a file, read in growing chunks up to the position that the parser has reached. Every request is compared with the
/// length of the file before anything is allocated for it.
/// </summary>
internal sealed class GgufHeaderBuffer(ByteSource source, int limit)
{
    private const int FirstChunk = 64 * 1024;

    // A header of this length is a vocabulary or a record, and what was read behind it is as large as all that.
    private const int LargeHeader = 16 << 20;

    private byte[] bytes = [];
    private int filled;

    public GgufEncoding Encoding { get; set; } = GgufEncoding.Standard;

    public int Position { get; private set; }

    public long FileLength => source.Length;

    public long Left => source.Length - Position;

    /// <summary>Forgets what was read behind a position, if that is most of it: values hold on to the bytes that they were sliced
    /// from.</summary>
    public void Trim(int end)
    {
        if (end < bytes.Length / 2)
        {
            bytes = bytes[..end];
            filled = end;
        }
    }

    public ReadOnlyMemory<byte> Slice(int start, int length) => bytes.AsMemory(start, length);

    public uint ReadUInt32(string field) => Encoding.UInt32(ReadBytes(sizeof(uint), field));

    public ulong ReadUInt64(string field) => Encoding.UInt64(ReadBytes(sizeof(ulong), field));

    /// <summary>Reads a length or a count, whose width depends on the version.</summary>
    public ulong ReadLength(string field) => Encoding.Length(ReadBytes(Encoding.LengthBytes, field));

    public ReadOnlySpan<byte> ReadBytes(long count, string field)
    {
        if (count > filled - Position)
        {
            Fill(count, field);
        }

        ReadOnlySpan<byte> result = bytes.AsSpan(Position, (int)count);
        Position += (int)count;
        return result;
    }

    /// <summary>Reads a length and that many bytes (gguf.md §1.3, R-STRLEN).</summary>
    public ReadOnlySpan<byte> ReadString(string field)
    {
        int start = Position;
        ulong length = ReadLength(field);
        if (length > GgufFormat.MaximumStringBytes || length > (ulong)Left)
        {
            throw Refuse(GgufErrors.StringLength, $"the {field} has {length} bytes, but {Left} bytes are left in the file", start);
        }

        return ReadBytes((long)length, field);
    }

    public ModelFormatException Refuse(ErrorCode code, string detail, long byteOffset, string? tensor = null) =>
        new(code, detail, byteOffset) { FilePath = source.Name, TensorName = tensor };

    private void Fill(long count, string field)
    {
        if (count > Left)
        {
            throw Refuse(GgufErrors.EndOfFile, $"the {field} needs {count} bytes, but the file ends after {Left}", Position);
        }

        long needed = Position + count;
        if (needed > limit)
        {
            throw Refuse(GgufErrors.HeaderLimit, $"the header has more than {limit} bytes", Position);
        }

        long capacity = Math.Max(Math.Max(needed, FirstChunk), bytes.Length < LargeHeader ? 2L * bytes.Length : bytes.Length / 4 * 5L);
        byte[] larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(capacity, Math.Min(source.Length, limit)));
        bytes.AsSpan(0, filled).CopyTo(larger);
        source.ReadAt(filled, larger.AsSpan(filled));
        bytes = larger;
        filled = larger.Length;
    }
}
