using System.Buffers.Binary;
using System.IO.Hashing;

namespace ModelPack.Verification.Hashing;

/// <summary>XXH128 of fields, each written so that two lists of fields cannot give the same bytes (docs/hash.md).</summary>
internal sealed class FieldHash
{
    private readonly XxHash128 hash = new();
    private readonly FieldBytes fields;

    public FieldHash() => fields = new(hash.Append);

    public UInt128 Result => hash.GetCurrentHashAsUInt128();

    /// <summary>Eight bytes, lowest first.</summary>
    public void Number(long number) => fields.Number(number);

    /// <summary>The number of UTF-8 bytes, then these.</summary>
    public void Text(string text) => fields.Text(text);

    /// <summary>The number of dimensions, then these, outermost first.</summary>
    public void Shape(ReadOnlySpan<long> shape) => fields.Shape(shape);

    /// <summary>Sixteen bytes in the order of the printed digits.</summary>
    public void Hash(UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        hash.Append(bytes);
    }
}
