using System.Buffers;
using System.Buffers.Binary;

namespace ModelPack.Formats.Gguf;

/// <summary>Writes the fields of a header in the encoding of a file.</summary>
internal readonly struct GgufFieldWriter(IBufferWriter<byte> output, GgufEncoding encoding)
{
    public void Bytes(ReadOnlySpan<byte> bytes) => output.Write(bytes);

    public void UInt32(uint number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        Number(bytes, ByteOrder.LittleEndian);
    }

    public void UInt64(ulong number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, number);
        Number(bytes, ByteOrder.LittleEndian);
    }

    /// <summary>A length, a count or a dimension (gguf.md §1.2).</summary>
    /// <exception cref="ModelPackException">It does not fit version 1.</exception>
    public void Length(long length)
    {
        if (encoding.LengthBytes == sizeof(ulong))
        {
            UInt64((ulong)length);
            return;
        }

        UInt32(length <= uint.MaxValue
            ? (uint)length
            : throw new ModelPackException(GgufErrors.UnwritableHeader, $"a length of {length} does not fit version 1"));
    }

    /// <summary>A text with its length.</summary>
    public void Text(ReadOnlySpan<byte> utf8)
    {
        Length(utf8.Length);
        Bytes(utf8);
    }

    /// <summary>A number that is stored in some order of bytes.</summary>
    public void Number(ReadOnlySpan<byte> bytes, ByteOrder order)
    {
        Span<byte> stored = output.GetSpan(bytes.Length)[..bytes.Length];
        bytes.CopyTo(stored);
        if (order != encoding.ByteOrder)
        {
            stored.Reverse();
        }

        output.Advance(bytes.Length);
    }
}
