using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Hashing;

namespace ModelPack.Formats.Apr;

/// <summary>The 64 bytes at the start (apr-v2.md §4). The 64-bit fields are not naturally aligned.</summary>
internal sealed record AprHeader
{
    private const int ReservedAt = 44;

    public byte VersionMajor { get; init; } = 2;

    public byte VersionMinor { get; init; }

    public AprFlags Flags { get; init; }

    public uint TensorCount { get; init; }

    public long MetadataOffset { get; init; } = AprFormat.HeaderBytes;

    public int MetadataSize { get; init; }

    public long IndexOffset { get; init; }

    public long DataOffset { get; init; }

    public ImmutableArray<byte> Reserved { get; init; } = [.. new byte[AprFormat.HeaderBytes - ReservedAt]];

    public static AprHeader Read(ByteSource source)
    {
        byte[] bytes = source.ReadBytes(0, (int)Math.Min(source.Length, AprFormat.HeaderBytes));
        if (bytes.Length >= 4 && !bytes.AsSpan().StartsWith(AprFormat.Magic))
        {
            throw AprErrors.Magic.Broken(source.Name, AprFormat.DescribeMagic(bytes), 0);
        }

        if (bytes.Length < AprFormat.HeaderBytes)
        {
            throw AprErrors.EndOfFile.Broken(source.Name, $"the file has {source.Length} bytes, the header alone has 64", source.Length);
        }

        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(40));
        uint computed = Checksum(bytes);
        if (stored != computed)
        {
            throw AprErrors.HeaderChecksum.Broken(source.Name, $"the header checksum is {stored:X8}, its bytes give {computed:X8}", 40);
        }

        return Parse(source, bytes);
    }

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[AprFormat.HeaderBytes];
        AprFormat.Magic.CopyTo(bytes);
        bytes[4] = VersionMajor;
        bytes[5] = VersionMinor;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), (ushort)Flags);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), TensorCount);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(12), MetadataOffset);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), MetadataSize);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), IndexOffset);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), DataOffset);
        Reserved.CopyTo(bytes, ReservedAt);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(40), Checksum(bytes));
        return bytes;
    }

    /// <summary>CRC-32 over bytes 0–39 followed by 44–63 (apr-v2.md §6).</summary>
    public static uint Checksum(ReadOnlySpan<byte> header)
    {
        Crc32 crc = new();
        crc.Append(header[..40]);
        crc.Append(header[ReservedAt..AprFormat.HeaderBytes]);
        return crc.GetCurrentHashAsUInt32();
    }

    private static AprHeader Parse(ByteSource source, ReadOnlySpan<byte> bytes)
    {
        if (bytes[4] != 2)
        {
            throw AprErrors.Version.Broken(source.Name, $"the major version is {bytes[4]}", 4);
        }

        AprFlags flags = (AprFlags)BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]);
        if ((flags & AprFormat.RefusedFlags) != 0)
        {
            throw AprErrors.Flags.Broken(source.Name, $"the flags 0x{(ushort)flags:X4} contain {flags & AprFormat.RefusedFlags}", 6);
        }

        uint count = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        ulong metadata = BinaryPrimitives.ReadUInt64LittleEndian(bytes[12..]);
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]);
        ulong index = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
        ulong data = BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]);
        if (metadata < AprFormat.HeaderBytes || (UInt128)metadata + size > index || index > data)
        {
            throw AprErrors.SectionOrder.Broken(
                source.Name, $"metadata at {metadata} with {size} bytes, index at {index} and data at {data} are out of order", 12);
        }

        if (data > (ulong)source.Length)
        {
            throw AprErrors.EndOfFile.Broken(
                source.Name, $"the data section begins at {data}, the file has {source.Length} bytes", source.Length);
        }

        if (count > (data - index) / AprFormat.MinimumEntryBytes)
        {
            throw AprErrors.TensorCount.Broken(source.Name, $"{count} tensors are announced, the index has {data - index} bytes", 8);
        }

        TensorLimit.Read(count, source.Name, 8);
        if (size > AprFormat.MaximumMetadataBytes)
        {
            throw AprErrors.MetadataSize.Broken(source.Name, $"the metadata has {size} bytes", 20);
        }

        return new AprHeader
        {
            VersionMinor = bytes[5],
            Flags = flags,
            TensorCount = count,
            MetadataOffset = (long)metadata,
            MetadataSize = (int)size,
            IndexOffset = (long)index,
            DataOffset = (long)data,
            Reserved = [.. bytes[ReservedAt..]],
        };
    }

    /// <summary>Tells what is odd in the header itself.</summary>
    public void AddNotes(List<Note> notes)
    {
        if (VersionMinor != 0)
        {
            notes.Add(new Note("K-MINOR", $"the minor version is {VersionMinor}", 5));
        }

        AprFlags odd = Flags & (AprFlags.Signed | AprFormat.UnassignedFlags);
        if (odd != 0)
        {
            notes.Add(new Note("K-FLAG", $"flag bits 0x{(ushort)odd:X4} are set, to which no program gives a meaning", 6));
        }

        if (Reserved.AsSpan().ContainsAnyExcept((byte)0))
        {
            notes.Add(new Note("K-RESERVED", "reserved header bytes are not zero", ReservedAt));
        }
    }
}
