using System.Buffers.Binary;
using System.Text;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Formats.Gguf;

/// <summary>Writes GGUF bytes field by field, right or wrong, in any version and byte order.</summary>
internal sealed class GgufBytes(int version = 3, ByteOrder order = ByteOrder.LittleEndian, string magic = "GGUF")
{
    public const uint F32 = 0;
    public const uint Q8_0 = 8;

    private readonly List<byte> bytes = [];

    public int Version => version;

    public ByteOrder Order => order;

    public int Length => bytes.Count;

    /// <summary>Every way in which a file can be encoded.</summary>
    public static IEnumerable<Func<GgufBytes>> Encodings { get; } =
    [
        () => new GgufBytes(1), () => new GgufBytes(2), () => new GgufBytes(3),
        () => new GgufBytes(1, ByteOrder.BigEndian), () => new GgufBytes(2, ByteOrder.BigEndian),
        () => new GgufBytes(3, ByteOrder.BigEndian),
        () => new GgufBytes(3, ByteOrder.BigEndian, "FUGG"),
    ];

    public override string ToString() => $"{magic} v{version} {order}";

    public GgufBytes Raw(params ReadOnlySpan<byte> raw)
    {
        bytes.AddRange(raw);
        return this;
    }

    public GgufBytes U16(ushort number) => Number(number, sizeof(ushort));

    public GgufBytes U32(uint number) => Number(number, sizeof(uint));

    public GgufBytes U64(ulong number) => Number(number, sizeof(ulong));

    public GgufBytes Count(ulong number) => version == 1 ? Number((uint)number, sizeof(uint)) : Number(number, sizeof(ulong));

    public GgufBytes Text(string text) => Text(Encoding.UTF8.GetBytes(text));

    public GgufBytes Text(ReadOnlySpan<byte> text) => Count((ulong)text.Length).Raw(text);

    public GgufBytes Header(ulong tensors, ulong keys) =>
        Raw(Encoding.ASCII.GetBytes(magic)).U32((uint)version).Count(tensors).Count(keys);

    public GgufBytes Key(string key, GgufValueType type) => Text(key).U32((uint)type);

    public GgufBytes Array(GgufValueType element, ulong count) => U32((uint)element).Count(count);

    public GgufBytes Record(string name, uint type, ulong offset, params ReadOnlySpan<ulong> dimensions) =>
        Record(Encoding.UTF8.GetBytes(name), type, offset, dimensions);

    public GgufBytes Record(ReadOnlySpan<byte> name, uint type, ulong offset, params ReadOnlySpan<ulong> dimensions)
    {
        Text(name).U32((uint)dimensions.Length);
        foreach (ulong dimension in dimensions)
        {
            Count(dimension);
        }

        return U32(type).U64(offset);
    }

    public GgufBytes Pad(int alignment = 32, byte with = 0)
    {
        while (bytes.Count % alignment != 0)
        {
            bytes.Add(with);
        }

        return this;
    }

    public GgufBytes Data(int count) => Raw([.. Enumerable.Range(1, count).Select(value => (byte)value)]);

    public byte[] ToArray() => [.. bytes];

    public MemoryByteSource ToSource() => new(ToArray());

    public GgufFile Open() => GgufFile.Open(ToSource());

    private GgufBytes Number(ulong number, int size)
    {
        Span<byte> buffer = stackalloc byte[sizeof(ulong)];
        if (order == ByteOrder.LittleEndian)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(buffer, number);
            return Raw(buffer[..size]);
        }

        BinaryPrimitives.WriteUInt64BigEndian(buffer, number);
        return Raw(buffer[^size..]);
    }
}
