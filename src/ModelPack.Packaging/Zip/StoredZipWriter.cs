using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace ModelPack.Packaging.Zip;

/// <summary>
/// Writes a ZIP file (APPNOTE 6.3.10) whose entries are stored: weights do not compress, and deflating them costs thirty times the time.
/// Plain records only, since NuGet's signing refuses Zip64; and no data descriptors, since the length of each entry is known.
/// </summary>
internal sealed class StoredZipWriter(FileStream output)
{
    private const uint LocalHeader = 0x04034B50;
    private const uint CentralHeader = 0x02014B50;
    private const uint EndOfDirectory = 0x06054B50;
    private const int LocalHeaderBytes = 30;
    private const int CentralHeaderBytes = 46;
    private const int EndBytes = 22;
    private const ushort Version = 20;
    private const int DateField = 10;

    private readonly List<Entry> entries = [];

    /// <summary>Adds an entry that lies in memory.</summary>
    public void Add(string name, ReadOnlySpan<byte> bytes)
    {
        Begin(name, bytes.Length);
        output.Write(bytes);
        End(Crc32.HashToUInt32(bytes));
    }

    /// <summary>Begins an entry; as many bytes as announced have to be written to the output before it ends.</summary>
    /// <exception cref="ModelPackException">The package would need Zip64.</exception>
    public void Begin(string name, long length)
    {
        long end = checked(output.Position + LocalHeaderBytes + name.Length + length);
        if (end > uint.MaxValue - ((entries.Count + 1L) * 2 * CentralHeaderBytes) || entries.Count == ushort.MaxValue - 1)
        {
            throw new ModelPackException(PackagingErrors.TooLarge, $"with the entry '{name}' it would have {end} bytes")
            {
                FilePath = output.Name,
            };
        }

        byte[] encoded = Encoding.ASCII.GetBytes(name);
        entries.Add(new(encoded, (uint)output.Position, (uint)length));
        Span<byte> header = stackalloc byte[LocalHeaderBytes];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, LocalHeader);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header[18..], (uint)length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[22..], (uint)length);
        BinaryPrimitives.WriteUInt16LittleEndian(header[26..], (ushort)encoded.Length);
        output.Write(header);
        output.Write(encoded);
    }

    public void End(uint crc)
    {
        Entry entry = entries[^1];
        entries[^1] = entry with { Crc = crc };
        if (output.Position != entry.Offset + LocalHeaderBytes + entry.Name.Length + (long)entry.Length)
        {
            throw new InvalidOperationException("an entry has another length than announced");
        }
    }

    /// <summary>Writes the directory. Date and checksums of the entries, which may follow from their content, are filled in.</summary>
    public void Finish(DateTime date)
    {
        uint dosDate = (uint)((((date.Year - 1980) << 9) | (date.Month << 5) | date.Day) << 16)
            | (uint)((date.Hour << 11) | (date.Minute << 5) | (date.Second / 2));
        long start = output.Position;
        Span<byte> header = stackalloc byte[CentralHeaderBytes];
        foreach (Entry entry in entries)
        {
            header.Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(header, CentralHeader);
            BinaryPrimitives.WriteUInt16LittleEndian(header[4..], Version);
            BinaryPrimitives.WriteUInt16LittleEndian(header[6..], Version);
            BinaryPrimitives.WriteUInt32LittleEndian(header[12..], dosDate);
            BinaryPrimitives.WriteUInt32LittleEndian(header[16..], entry.Crc);
            BinaryPrimitives.WriteUInt32LittleEndian(header[20..], entry.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(header[24..], entry.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(header[28..], (ushort)entry.Name.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(header[42..], entry.Offset);
            output.Write(header);
            output.Write(entry.Name);
        }

        uint size = (uint)(output.Position - start);
        Span<byte> end = stackalloc byte[EndBytes];
        end.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(end, EndOfDirectory);
        BinaryPrimitives.WriteUInt16LittleEndian(end[8..], (ushort)entries.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(end[10..], (ushort)entries.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(end[12..], size);
        BinaryPrimitives.WriteUInt32LittleEndian(end[16..], (uint)start);
        output.Write(end);
        output.Flush();
        Span<byte> fields = stackalloc byte[8];
        foreach (Entry entry in entries)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(fields, dosDate);
            BinaryPrimitives.WriteUInt32LittleEndian(fields[4..], entry.Crc);
            output.Position = entry.Offset + DateField;
            output.Write(fields);
        }

        output.Flush();
    }

    private sealed record Entry(byte[] Name, uint Offset, uint Length, uint Crc = 0);
}
