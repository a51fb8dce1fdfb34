using System.Collections.Immutable;
using ModelPack.Diagnostics;
using ModelPack.Tensors;
using ModelPack.Verification.Hashing;

namespace ModelPack;

/// <summary>The hashes of one tensor; docs/hash.md says what exactly is hashed.</summary>
/// <example>
/// <code>
/// using Model model = Model.Open("qwen.gguf");
/// foreach (TensorHash tensor in ModelHash.Compute(model).Tensors)
/// {
///     Console.WriteLine($"{tensor.Payload:x32} {tensor.Name}");
/// }
/// </code>
/// </example>
public sealed class TensorHash
{
    internal TensorHash(string name, string type, ImmutableArray<long> shape, UInt128 payload, UInt128? values)
    {
        Name = name;
        Type = type;
        Shape = shape;
        Payload = payload;
        Values = values;
    }

    /// <summary>Name in the oldest file that the model comes from.</summary>
    public string Name { get; }

    /// <summary>Name of the type, with <c>:big</c> behind it if the bytes are in an order that cannot be reversed with certainty.</summary>
    internal string Type { get; }

    /// <summary>Dimensions, outermost first.</summary>
    internal ImmutableArray<long> Shape { get; }

    /// <summary>XXH128 of the payload bytes, as a little-endian file stores them.</summary>
    public UInt128 Payload { get; }

    /// <summary>XXH128 of the values decoded to float32; null if they cannot be told.</summary>
    public UInt128? Values { get; }

    /// <summary>SHA-256 of the payload bytes, 64 hexadecimal digits; null if it was not asked for.</summary>
    internal string? Sha256 { get; init; }

    /// <summary>XXH128 of name, type, shape and bytes.</summary>
    internal UInt128 Identity
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

    /// <summary>The same payload under another name and shape.</summary>
    internal TensorHash Of(string name, ImmutableArray<long> shape) => new(name, Type, shape, Payload, Values) { Sha256 = Sha256 };

    internal static string TypeName(TensorInfo tensor)
    {
        bool isForeign = tensor.ByteOrder == ByteOrder.BigEndian && PayloadByteOrder.Support(tensor.Type) == ByteSwapSupport.DerivedOnly;
        return TensorTypes.Get(tensor.Type).Name + (isForeign ? ":big" : "");
    }

    /// <summary>For people: name and hash.</summary>
    public override string ToString() => SafeText.Escape($"{Name}: {FileHash.Format(Identity)}");
}
