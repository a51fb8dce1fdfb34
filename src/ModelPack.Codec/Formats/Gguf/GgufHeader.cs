using System.Buffers.Binary;

namespace ModelPack.Formats.Gguf;

/// <summary>The fixed fields at the start of a file (gguf.md §1.1).</summary>
internal sealed record GgufHeader(GgufMagic Magic, int Version, ByteOrder ByteOrder, ulong TensorCount, ulong KeyValueCount)
{
    /// <summary>Reads the fields and leaves the buffer at the first key, with the encoding set.</summary>
    public static GgufHeader Read(GgufHeaderBuffer buffer)
    {
        ReadOnlySpan<byte> magicBytes = buffer.ReadBytes(4, "magic");
        if (!GgufFormat.Matches(magicBytes))
        {
            throw buffer.Refuse(GgufErrors.Magic, $"the file begins with the bytes {System.Convert.ToHexStringLower(magicBytes)}", 0);
        }

        GgufMagic magic = magicBytes.SequenceEqual(GgufFormat.Magic) ? GgufMagic.Gguf : GgufMagic.Fugg;
        uint version = buffer.ReadUInt32("version");
        ByteOrder order = DetectByteOrder(buffer, magic, ref version);
        buffer.Encoding = new GgufEncoding(order, version == 1 ? sizeof(uint) : sizeof(ulong));
        int countsAt = buffer.Position;
        ulong tensors = buffer.ReadLength("tensor count");
        ulong keyValues = buffer.ReadLength("key-value count");
        if (!CountsFit(buffer, tensors, keyValues))
        {
            throw CountsFit(buffer, Swap(tensors, buffer.Encoding), Swap(keyValues, buffer.Encoding))
                ? buffer.Refuse(
                    GgufErrors.Endian, $"the version is {Describe(order)}, but the counts make sense only in the other byte order",
                    countsAt)
                : buffer.Refuse(
                    GgufErrors.Count, $"{tensors} tensors and {keyValues} keys are announced, but {buffer.Left} bytes are left", countsAt);
        }

        return new GgufHeader(magic, (int)version, order, tensors, keyValues);
    }

    public static string Describe(ByteOrder order) => order == ByteOrder.LittleEndian ? "little-endian" : "big-endian";

    /// <summary>The table of gguf.md §1.7.</summary>
    private static ByteOrder DetectByteOrder(GgufHeaderBuffer buffer, GgufMagic magic, ref uint version)
    {
        uint reversed = BinaryPrimitives.ReverseEndianness(version);
        if (magic == GgufMagic.Gguf && IsKnown(version))
        {
            return ByteOrder.LittleEndian;
        }

        if (!IsKnown(reversed))
        {
            throw buffer.Refuse(GgufErrors.Version, $"the version is {(magic == GgufMagic.Gguf ? version : reversed)}", 4);
        }

        version = reversed;
        return ByteOrder.BigEndian;
    }

    private static bool IsKnown(uint version) => version is >= GgufFormat.MinimumVersion and <= GgufFormat.CurrentVersion;

    /// <summary>R-COUNT: a key-value pair takes at least a length, one character, a type and one byte; a record a length, two u32 and an
    /// offset.</summary>
    private static bool CountsFit(GgufHeaderBuffer buffer, ulong tensors, ulong keyValues)
    {
        int length = buffer.Encoding.LengthBytes;
        UInt128 needed = ((UInt128)tensors * (uint)(length + 16)) + ((UInt128)keyValues * (uint)(length + 6));
        return needed <= (ulong)buffer.Left;
    }

    private static ulong Swap(ulong count, GgufEncoding encoding) => encoding.LengthBytes == sizeof(ulong)
        ? BinaryPrimitives.ReverseEndianness(count)
        : BinaryPrimitives.ReverseEndianness((uint)count);
}
