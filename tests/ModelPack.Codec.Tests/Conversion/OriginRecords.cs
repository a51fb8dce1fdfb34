using System.Buffers.Binary;
using System.Text;
using ModelPack.Codec.Tests.Formats.SafeTensors;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO;
using ModelPack.Origin;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Writes origin records byte by byte, and containers that hold them.</summary>
internal sealed class OriginBody
{
    private readonly List<byte> bytes = [];

    public byte[] ToArray() => [.. bytes];

    public OriginBody Byte(byte value)
    {
        bytes.Add(value);
        return this;
    }

    public OriginBody Number(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return Byte((byte)value);
    }

    public OriginBody Raw(params byte[] raw)
    {
        bytes.AddRange(raw);
        return this;
    }

    public OriginBody Text(string text) => Number((ulong)Encoding.UTF8.GetByteCount(text)).Raw(Encoding.UTF8.GetBytes(text));

    /// <summary>Format (0 is GGUF), quantized, naming, no narrowing, and the form of the container: one file without a side file.</summary>
    public OriginBody Modes(byte format = 0, byte quantized = 0, byte naming = 0, ulong side = 0) =>
        Byte(format).Byte(quantized).Byte(naming).Byte(0).Text("").Number(0).Number(side);

    /// <summary>A payload that the container stores as it was.</summary>
    public OriginBody Tensor(ulong containerIndex, ulong length) => Byte(0).Number(containerIndex).Number(length);

    public OriginBody File(string name, ulong segments) => Text(name).Number(segments);

    public OriginBody Literal(params byte[] literal) => Byte(0).Number((ulong)literal.Length).Raw(literal);

    public OriginBody Zeros(ulong count) => Byte(1).Number(count);

    public OriginBody Payload(ulong tensor) => Byte(2).Number(tensor);
}

internal static class OriginRecords
{
    // docs/origin-record.md: magic, version and checksum stand before the digest of the container.
    private const int DigestOffset = 21;

    /// <summary>Puts a record together around a body; the checksum fits.</summary>
    public static byte[] Build(
        byte[] stored, int files = 1, int tensors = 0, int? bodyLength = null, Hash128? digest = null, byte version = 2, int views = 0)
    {
        List<byte> record = [.. "MPOR"u8, version, .. new byte[16]];
        byte[] hash = new byte[16];
        (digest ?? Hash128.Zero).Write(hash);
        record.AddRange(hash);
        foreach (int count in new[] { files, tensors, views })
        {
            record.AddRange(BitConverter.GetBytes(count));
        }

        record.AddRange(new byte[16 * Math.Clamp(files + (long)tensors + views, 0, 100)]);
        record.AddRange(BitConverter.GetBytes(bodyLength ?? stored.Length));
        record.AddRange(stored);
        byte[] bytes = [.. record];
        OriginCodec.Sign(bytes);
        return bytes;
    }

    /// <summary>The record with the digest of another container; the checksum fits.</summary>
    public static byte[] WithDigest(byte[] record, Hash128 digest)
    {
        byte[] forged = [.. record];
        digest.Write(forged.AsSpan(DigestOffset));
        return Signed(forged);
    }

    /// <summary>Reads a record that stands alone.</summary>
    public static OriginRecord Read(ReadOnlySpan<byte> record) => OriginCodec.Read(record, new(record.Length));

    /// <summary>A SafeTensors file with another record. safetensors.md §1: the length of the header, the header, the payloads at places
    /// counted from its end.</summary>
    public static byte[] WithRecord(byte[] container, Func<OriginRecord, OriginRecord> change) =>
        WithRecord(container, record => OriginCodec.Write(change(Read(record))));

    /// <summary>The same with any bytes in place of the record.</summary>
    public static byte[] WithRecord(byte[] container, byte[] record) => WithRecord(container, _ => record);

    private static byte[] WithRecord(byte[] container, Func<byte[], byte[]> change)
    {
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(container);
        string header = Encoding.UTF8.GetString(container.AsSpan(8, length));
        const string Begin = $"\"{ModelFile.OriginKey}\":\"";
        int at = header.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        string record = header[at..header.IndexOf('"', at)];
        string changed = Convert.ToBase64String(change(Convert.FromBase64String(record)));
        header = header.Replace(record, changed, StringComparison.Ordinal).TrimEnd();
        header = header.PadRight((header.Length + 7) / 8 * 8);
        byte[] prefix = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        return [.. prefix, .. Encoding.UTF8.GetBytes(header), .. container.AsSpan(8 + length)];
    }

    /// <summary>Makes the checksum fit after an edit.</summary>
    public static byte[] Signed(byte[] record)
    {
        byte[] signed = [.. record];
        OriginCodec.Sign(signed);
        return signed;
    }

    /// <summary>A SafeTensors file of one U8 tensor of twelve bytes that holds a record.</summary>
    public static byte[] Container(byte[] record) => SafeTensorsTestFile.Build(
        $$$"""{"__metadata__":{"format":"pt","modelpack.origin":"{{{Convert.ToBase64String(record)}}}"},"t":{"dtype":"U8","shape":[12],"data_offsets":[0,12]}}""", 12);

    /// <summary>The digest that the record of such a container has to carry.</summary>
    public static Hash128 Digest { get; } = ComputeDigest();

    private static Hash128 ComputeDigest()
    {
        using SafeTensorsFile file = SafeTensorsTestFile.Open(Container([]));
        return ContainerDigest.Compute(file);
    }
}
