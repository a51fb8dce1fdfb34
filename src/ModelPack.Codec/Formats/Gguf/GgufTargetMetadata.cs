namespace ModelPack.Formats.Gguf;

/// <summary>The metadata of a new GGUF.</summary>
/// <param name="Entries">The keys, in their order.</param>
internal sealed record GgufTargetMetadata(IReadOnlyList<MetadataEntry> Entries) : TargetMetadata;
