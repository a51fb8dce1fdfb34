namespace ModelPack;

/// <summary>One key with its value, in the order of the file.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value with its type and raw bytes.</param>
public sealed record MetadataEntry(string Key, MetadataValue Value);
