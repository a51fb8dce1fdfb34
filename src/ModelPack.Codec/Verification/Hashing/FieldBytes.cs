using System.Buffers.Binary;
using System.Text;

namespace ModelPack.Verification.Hashing;

/// <summary>Takes the bytes of a field.</summary>
internal delegate void FieldAction(ReadOnlySpan<byte> bytes);

/// <summary>Fields as bytes, each written so that two lists of fields cannot give the same bytes (docs/hash.md).</summary>
internal sealed class FieldBytes(FieldAction append)
{
    /// <summary>Eight bytes, lowest first.</summary>
    public void Number(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        append(bytes);
    }

    /// <summary>The number of UTF-8 bytes, then these.</summary>
    public void Text(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Number(utf8.Length);
        append(utf8);
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
}
