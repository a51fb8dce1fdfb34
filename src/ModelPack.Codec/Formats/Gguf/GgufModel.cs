namespace ModelPack.Formats.Gguf;

/// <summary>What a new file is to hold.</summary>
internal sealed record GgufModel
{
    /// <summary>2 or 3: a rebuilt file keeps the version that was found, a new one has 3 (gguf.md §1.2).</summary>
    public int Version { get; init; } = GgufFormat.CurrentVersion;

    /// <summary>Must be what <c>general.alignment</c> states, or 32 if the metadata does not hold that key.</summary>
    public long Alignment { get; init; } = GgufFormat.DefaultAlignment;

    /// <summary>The key-values in their order; every value is a <see cref="GgufValue"/>.</summary>
    public IReadOnlyList<MetadataEntry> Metadata { get; init; } = [];

    /// <summary>The tensors in their order.</summary>
    public IReadOnlyList<StoredTensor> Tensors { get; init; } = [];
}
