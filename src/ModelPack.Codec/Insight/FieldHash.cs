using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace ModelPack.Codec.Insight;

/// <summary>XXH128 of fields, each written so that two lists of fields cannot give the same bytes (docs/hash.md).</summary>
internal sealed class FieldHash
{
    private readonly XxHash128 hash = new();

    public UInt128 Result => hash.GetCurrentHashAsUInt128();

    /// <summary>Eight bytes, lowest first.</summary>
    public void Number(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.Append(bytes);
    }

    /// <summary>The number of UTF-8 bytes, then these.</summary>
    public void Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Number(utf8.Length);
        hash.Append(utf8);
    }

    /// <summary>The number of dimensions, then these, outermost first.</summary>
    public void Shape(ReadOnlySpan<long> shape)
    {
        Number(shape.Length);
        foreach (long dimension in shape)
        {
            Number(dimension);
        }
    }

    /// <summary>Sixteen bytes in the order of the printed digits.</summary>
    public void Hash(UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        hash.Append(bytes);
    }
}
