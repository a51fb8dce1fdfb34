using System.Collections.Immutable;
using ModelPack.Diagnostics;
using ModelPack.Tensors;

namespace ModelPack;

/// <summary>A tensor in a certificate.</summary>
public sealed class CertifiedTensor
{
    internal CertifiedTensor(
        string name, string sourceName, string type, ImmutableArray<long> shape, TensorAction action, string xxh128, FiniteStatus finite,
        long nonFiniteCount)
    {
        Name = name;
        SourceName = sourceName;
        Type = type;
        Shape = shape;
        Action = action;
        Xxh128 = xxh128;
        Finite = finite;
        NonFiniteCount = nonFiniteCount;
    }

    /// <summary>Name in the output.</summary>
    public string Name { get; }

    /// <summary>Name in the source.</summary>
    public string SourceName { get; }

    /// <summary>Type in the source.</summary>
    public string Type { get; }

    /// <summary>Shape in the source, outermost first.</summary>
    public ImmutableArray<long> Shape { get; }

    /// <summary>What was done.</summary>
    public TensorAction Action { get; }

    /// <summary>XXH128 of the source's payload bytes.</summary>
    public string Xxh128 { get; }

    /// <summary>Whether the values are finite.</summary>
    internal FiniteStatus Finite { get; }

    /// <summary>Number of NaN and infinite values.</summary>
    public long NonFiniteCount { get; }

    /// <summary>What rounding cost, if the output holds rounded values.</summary>
    public TensorLoss? Loss { get; internal init; }

    /// <summary>For people: name before and after, type, shape, and what was done.</summary>
    public override string ToString() => SafeText.Escape($"{SourceName} → {Name}: {Type} {TensorShape.Format(Shape.AsSpan())}, {Action}");
}
