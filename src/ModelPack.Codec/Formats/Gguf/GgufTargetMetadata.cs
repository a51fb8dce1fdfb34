namespace ModelPack.Formats.Gguf;

/// <summary>The metadata of a new GGUF.</summary>
/// <param name="Entries">The keys, in their order.</param>
internal sealed record GgufTargetMetadata(IReadOnlyList<MetadataEntry> Entries) : TargetMetadata
{
    /// <summary>Where payloads begin in the file that has the keys (gguf.md §1.6).</summary>
    public long Alignment { get; init; } = GgufFormat.DefaultAlignment;
}
