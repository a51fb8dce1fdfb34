namespace ModelPack.Models.Building;

/// <summary>A metadata entry of a model that is built.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">Its value.</param>
/// <param name="Place">Its place among the entries of the file that it comes from; null for one that was added.</param>
internal sealed record BuilderEntry(string Key, MetadataValue Value, int? Place);
