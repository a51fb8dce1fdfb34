using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using ModelPack.Formats.Apr;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Formats.Apr;

/// <summary>An index entry to be written as it is, right or wrong.</summary>
internal sealed record AprEntryBytes(byte[] Name, byte Type, ulong[] Dimensions, byte[] Payload)
{
    public AprEntryBytes(string name, byte type, ulong[] dimensions, int payloadBytes)
        : this(Encoding.UTF8.GetBytes(name), type, dimensions, [.. Enumerable.Range(1, payloadBytes).Select(i => (byte)i)])
    {
    }

    public int? NameLength { get; init; }

    public int? DimensionCount { get; init; }

    public ulong? Offset { get; init; }

    public ulong? Size { get; init; }
}

/// <summary>Writes the bytes of an APR file, any field of which can be made wrong; both checksums fit whatever was written.</summary>
internal sealed record AprBytes
{
    /// <summary>Payloads can be placed at offsets below this.</summary>
    public const int PlacedOffsets = 4096;

    public const string PlainMetadata =
        """{"model_type":"test","license":null,"data_source":null,"data_license":null,"total_size":0,"param_count":0}""";

    public string Magic { get; init; } = "APR\0";

    public byte Major { get; init; } = 2;

    public byte Minor { get; init; }

    public ushort Flags { get; init; } = 0x0400;

    public uint? TensorCount { get; init; }

    public ulong? MetadataOffset { get; init; }

    public uint? MetadataSize { get; init; }

    public ulong? IndexOffset { get; init; }

    public ulong? DataOffset { get; init; }

    public byte FirstReserved { get; init; }

    public byte[] Metadata { get; init; } = Encoding.UTF8.GetBytes(PlainMetadata);

    public IReadOnlyList<AprEntryBytes> Entries { get; init; } = [new("a", 0, [3], 12), new("b", 1, [5], 10)];

    public byte Padding { get; init; }

    public bool HasFooter { get; init; } = true;

    public uint FooterFlip { get; init; }

    public byte[] Tail { get; init; } = [];

    public static AprBytes WithMetadata(string json) => new() { Metadata = Encoding.UTF8.GetBytes(json) };

    public static AprBytes WithEntries(params AprEntryBytes[] entries) => new() { Entries = entries };

    public AprFile Open() => AprFile.Open(new MemoryByteSource(Build()));

    public byte[] Build()
    {
        byte[] index = [.. Entries.SelectMany(EntryBytes)];
        ulong indexOffset = IndexOffset ?? (ulong)(64 + Align(Metadata.Length));
        ulong dataOffset = DataOffset ?? (ulong)(64 + Align(Metadata.Length) + Align(index.Length));
        List<byte> file = [.. Header(indexOffset, dataOffset), .. Metadata];
        Pad(file);
        file.AddRange(index);
        Pad(file);
        int data = file.Count;
        for (int i = 0; i < Entries.Count; i++)
        {
            int offset = data + (int)PlacedAt(i);
            Fill(file, offset + Entries[i].Payload.Length);
            Entries[i].Payload.CopyTo(CollectionsMarshal.AsSpan(file)[offset..]);
            Pad(file);
        }

        if (HasFooter)
        {
            byte[] footer = new byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(footer, Crc32.HashToUInt32(file.ToArray()) ^ FooterFlip);
            file.AddRange(footer);
        }

        return [.. file, .. Tail];
    }

    /// <summary>The whole header is right except for what the caller has changed in it.</summary>
    public static byte[] FixHeaderChecksum(byte[] file)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(40), AprHeader.Checksum(file));
        return file;
    }

    private static int Align(int length) => (length + 63) / 64 * 64;

    private void Pad(List<byte> file) => Fill(file, Align(file.Count));

    private void Fill(List<byte> file, int length)
    {
        int start = file.Count;
        if (length > start)
        {
            CollectionsMarshal.SetCount(file, length);
            CollectionsMarshal.AsSpan(file)[start..].Fill(Padding);
        }
    }

    /// <summary>Where a payload really goes: a wrong offset that lies outside of a small file is only announced.</summary>
    private ulong PlacedAt(int entry) => Entries[entry].Offset is ulong offset and < PlacedOffsets ? offset : DefaultOffset(entry);

    private ulong DefaultOffset(int entry) => (ulong)Entries.Take(entry).Sum(before => Align(before.Payload.Length));

    private byte[] EntryBytes(AprEntryBytes entry, int position)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write((ushort)(entry.NameLength ?? entry.Name.Length));
        writer.Write(entry.Name);
        writer.Write(entry.Type);
        writer.Write((byte)(entry.DimensionCount ?? entry.Dimensions.Length));
        foreach (ulong dimension in entry.Dimensions)
        {
            writer.Write(dimension);
        }

        writer.Write(entry.Offset ?? DefaultOffset(position));
        writer.Write(entry.Size ?? (ulong)entry.Payload.Length);
        return stream.ToArray();
    }

    private byte[] Header(ulong indexOffset, ulong dataOffset)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        writer.Write(Encoding.Latin1.GetBytes(Magic));
        writer.Write(Major);
        writer.Write(Minor);
        writer.Write(Flags);
        writer.Write(TensorCount ?? (uint)Entries.Count);
        writer.Write(MetadataOffset ?? 64);
        writer.Write(MetadataSize ?? (uint)Metadata.Length);
        writer.Write(indexOffset);
        writer.Write(dataOffset);
        writer.Write(0u);
        writer.Write(FirstReserved);
        writer.Write(new byte[19]);
        return FixHeaderChecksum(stream.ToArray());
    }
}

/// <summary>A file of which only the beginning exists; the rest reads as zeros.</summary>
internal sealed class SparseSource(byte[] beginning, long length) : ByteSource
{
    public override string Name => "<sparse>";

    public override long Length => length;

    public override void ReadAt(long offset, Span<byte> destination)
    {
        destination.Clear();
        if (offset < beginning.Length)
        {
            ReadOnlySpan<byte> present = beginning.AsSpan((int)offset);
            present[..Math.Min(present.Length, destination.Length)].CopyTo(destination);
        }
    }
}
