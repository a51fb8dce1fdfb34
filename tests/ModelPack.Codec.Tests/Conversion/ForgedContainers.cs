using System.Buffers.Binary;
using System.Text;
using ModelPack.Codec.Tests.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.Models;
using ModelPack.Origin;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Containers of each format whose record somebody exchanged: everything else is as the conversion wrote it.</summary>
internal static class ForgedContainers
{
    // apr-v2.md §2: where the lengths of the metadata and the places of index and data stand.
    private const int MetadataSize = 20;
    private const int IndexOffset = 24;
    private const int DataOffset = 32;
    private const int Header = 64;

    /// <summary>The container with another record.</summary>
    public static byte[] With(byte[] container, ModelFormat format, Func<OriginRecord, OriginRecord> change) =>
        With(container, format, OriginCodec.Write(change(OriginRecords.Read(RecordOf(container, format)))));

    /// <summary>The container with other bytes as its record.</summary>
    public static byte[] With(byte[] container, ModelFormat format, byte[] record)
    {
        byte[] old = RecordOf(container, format);
        return format switch
        {
            ModelFormat.Apr => InApr(container, old, record),
            ModelFormat.Gguf => InGguf(container, old, record),
            _ => OriginRecords.WithRecord(container, record),
        };
    }

    /// <summary>The digest that a record in the container has to carry.</summary>
    public static Hash128 Digest(byte[] container, ModelFormat format)
    {
        using ModelFile file = ModelFiles.Open(new MemoryByteSource(container), format);
        return ContainerDigest.Compute(file);
    }

    private static byte[] RecordOf(byte[] container, ModelFormat format)
    {
        using ModelFile file = ModelFiles.Open(new MemoryByteSource(container), format);
        return file.OriginRecord!.Value.ToArray();
    }

    private static byte[] InApr(byte[] container, byte[] old, byte[] record)
    {
        int index = (int)BinaryPrimitives.ReadInt64LittleEndian(container.AsSpan(IndexOffset));
        int data = (int)BinaryPrimitives.ReadInt64LittleEndian(container.AsSpan(DataOffset));
        int length = BinaryPrimitives.ReadInt32LittleEndian(container.AsSpan(MetadataSize));
        string metadata = Encoding.UTF8.GetString(container.AsSpan(Header, length));
        byte[] text = Encoding.UTF8.GetBytes(
            metadata.Replace(Convert.ToBase64String(old), Convert.ToBase64String(record), StringComparison.Ordinal));
        int end = (Header + text.Length + Header - 1) / Header * Header;
        byte[] header = container[..Header];
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(MetadataSize), text.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(IndexOffset), end);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(DataOffset), end + data - index);
        return SmallModels.Sign(
            ModelFormat.Apr,
            [.. AprBytes.FixHeaderChecksum(header), .. text, .. new byte[end - Header - text.Length], .. container.AsSpan(index)]);
    }

    // gguf.md §3: an array is the number of its elements and these; the data section begins at a multiple of the alignment.
    private static byte[] InGguf(byte[] container, byte[] old, byte[] record)
    {
        using GgufFile file = GgufFile.Open(new MemoryByteSource(container));
        int at = container.AsSpan().IndexOf(old);
        byte[] count = BitConverter.GetBytes((long)record.Length);
        byte[] rest = container[(at + old.Length)..(int)file.HeaderLength];
        List<byte> forged = [.. container[..(at - count.Length)], .. count, .. record, .. rest];
        while (forged.Count % file.Alignment != 0)
        {
            forged.Add(0);
        }

        return [.. forged, .. container[(int)file.DataOffset..]];
    }
}
