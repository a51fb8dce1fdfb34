namespace ModelPack.Packaging.Packing;

/// <summary>A model that is packed.</summary>
/// <param name="Path">The model, or any file or folder.</param>
/// <param name="Variant">Its name among several in one package; null if it is the only one and has none.</param>
internal sealed record PackSource(string Path, string? Variant = null)
{
    /// <summary>The entry for its certificate.</summary>
    public string CertificateEntry => Variant is null ? "certificate.json" : $"certificate.{Variant}.json";
}
