using System.Collections.Immutable;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Formats;

/// <summary>Where a tensor's name in the output comes from.</summary>
internal enum NameOrigin
{
    /// <summary>It is the source's name.</summary>
    Verbatim,

    /// <summary>It was translated by the architecture's table.</summary>
    Mapped,

    /// <summary>It was made up, because the target cannot store the name that it should have.</summary>
    Alias,
}

/// <summary>One tensor of the output.</summary>
/// <param name="Logical">The tensor as the model means it: a carried tensor under its own name, type and shape. Its offset means
/// nothing.</param>
/// <param name="Name">Name in the output.</param>
/// <param name="NameOrigin">Where that name comes from.</param>
/// <param name="StoredType">Type in the output.</param>
/// <param name="StoredShape">Shape in the output, outermost first.</param>
/// <param name="Payload">How its payload is made of those of the source.</param>
internal sealed record OutputTensor(
    TensorInfo Logical, string Name, NameOrigin NameOrigin, TensorType StoredType, ImmutableArray<long> StoredShape, PayloadRecipe Payload)
    : PlannedTensor(Payload)
{
    /// <summary>What the output's own header says.</summary>
    public StoredTensor Stored => new(Name, StoredType, StoredShape, Payload.Length);

    /// <summary>True if the output's own type and shape do not say what the tensor is, so that a description has to.</summary>
    public bool IsDisguised => IsRaw || !StoredShape.SequenceEqual(Logical.Shape);

    /// <summary>True if the output holds the tensor as bytes whose type it does not know.</summary>
    public bool IsRaw => StoredType != Logical.Type;
}
