namespace ModelPack.Formats.Apr;

/// <summary>What goes into a new APR file.</summary>
internal sealed record AprModel
{
    /// <summary>Known fields (apr-v2.md §7.2) in any order. <c>model_type</c> is needed; the other five that are always written have
    /// defaults.</summary>
    public required IReadOnlyList<KeyValuePair<string, AprJson>> Fields { get; init; }

    /// <summary>Custom top-level keys in any order.</summary>
    public IReadOnlyList<KeyValuePair<string, AprJson>> CustomKeys { get; init; } = [];

    /// <summary>The tensors in any order.</summary>
    public required IReadOnlyList<StoredTensor> Tensors { get; init; }

    /// <summary>Flags to write; by default those that follow from the content (<see cref="AprWriter.FlagsFor"/>).</summary>
    public AprFlags? Flags { get; init; }
}
