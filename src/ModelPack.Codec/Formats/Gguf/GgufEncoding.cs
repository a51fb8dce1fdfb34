using System.Buffers.Binary;

namespace ModelPack.Formats.Gguf;

/// <summary>How numbers and lengths are stored: version 1 has 32-bit lengths (gguf.md §1.2), big-endian files swap every number
/// (§1.7).</summary>
internal readonly record struct GgufEncoding(ByteOrder ByteOrder, int LengthBytes)
{
    /// <summary>What new files use: little-endian, 64-bit lengths.</summary>
    public static GgufEncoding Standard { get; } = new(ByteOrder.LittleEndian, sizeof(ulong));

    public ushort UInt16(ReadOnlySpan<byte> bytes) =>
        ByteOrder == ByteOrder.LittleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    public uint UInt32(ReadOnlySpan<byte> bytes) =>
        ByteOrder == ByteOrder.LittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);

    public ulong UInt64(ReadOnlySpan<byte> bytes) =>
        ByteOrder == ByteOrder.LittleEndian ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : BinaryPrimitives.ReadUInt64BigEndian(bytes);

    public ulong Length(ReadOnlySpan<byte> bytes) => LengthBytes == sizeof(ulong) ? UInt64(bytes) : UInt32(bytes);
}
