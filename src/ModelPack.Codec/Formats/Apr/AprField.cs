using System.Collections.Immutable;

namespace ModelPack.Formats.Apr;

/// <summary>What a known field, or a member of a known object, has to be (apr-v2.md §7.2).</summary>
internal enum AprFieldKind
{
    Text,
    Integer,
    Byte,
    Number,
    Boolean,
    Object,
}

/// <summary>A member of one of the known objects.</summary>
internal sealed record AprMember(string Name, AprFieldKind Kind, bool IsMandatory);

/// <summary>A known metadata field.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Kind">What its value has to be; <c>null</c> is always allowed.</param>
/// <param name="Position">Its place in the order of writing.</param>
internal sealed record AprField(string Name, AprFieldKind Kind, int Position)
{
    public ImmutableArray<string> Aliases { get; init; } = [];

    public ImmutableArray<AprMember> Members { get; init; } = [];

    /// <summary>True for the fields in which aprender rejects <c>null</c>.</summary>
    public bool IsNeverAbsent => Name is "model_type" or "total_size" or "param_count";
}
