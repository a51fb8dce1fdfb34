using System.Collections.Immutable;
using ModelPack.Tensors;
using ModelPack.Verification.Hashing;

namespace ModelPack;

/// <summary>The hashes of one tensor; docs/hash.md says what exactly is hashed.</summary>
/// <param name="Name">Name in the oldest file that the model comes from.</param>
/// <param name="Type">Name of the type, with <c>:big</c> behind it if the bytes are in an order that cannot be reversed with
/// certainty.</param>
/// <param name="Shape">Dimensions, outermost first.</param>
/// <param name="Payload">XXH128 of the payload bytes, as a little-endian file stores them.</param>
/// <param name="Values">XXH128 of the values decoded to float32; null if they cannot be told.</param>
public sealed record TensorHash(string Name, string Type, ImmutableArray<long> Shape, UInt128 Payload, UInt128? Values)
{
    /// <summary>SHA-256 of the payload bytes, 64 hexadecimal digits; null if it was not asked for.</summary>
    public string? Sha256 { get; init; }

    /// <summary>XXH128 of name, type, shape and bytes.</summary>
    public UInt128 Identity
    {
        get
        {
            FieldHash hash = new();
            hash.Text(Name);
            hash.Text(Type);
            hash.Shape(Shape.AsSpan());
            hash.Hash(Payload);
            return hash.Result;
        }
    }

    /// <summary>XXH128 of name, shape and values; where there are no values, of name, type, shape and bytes.</summary>
    internal UInt128 Meaning
    {
        get
        {
            if (Values is not { } values)
            {
                return Identity;
            }

            FieldHash hash = new();
            hash.Text(Name);
            hash.Shape(Shape.AsSpan());
            hash.Hash(values);
            return hash.Result;
        }
    }

    internal static string TypeName(TensorInfo tensor)
    {
        bool isForeign = tensor.ByteOrder == ByteOrder.BigEndian && PayloadByteOrder.Support(tensor.Type) == ByteSwapSupport.DerivedOnly;
        return TensorTypes.Get(tensor.Type).Name + (isForeign ? ":big" : "");
    }
}
