using ModelPack.Packaging.Joining;
using ModelPack.Packaging.Manifests;

namespace ModelPack.Packaging.Reading;

/// <summary>A meta package with its parts: beside it, or in NuGet's packages folder.</summary>
internal sealed class PackageSet : IDisposable
{
    private readonly string folder;
    private readonly string packagesFolder;
    private readonly Dictionary<string, NupkgFile> open = new(StringComparer.OrdinalIgnoreCase);
    private readonly NupkgFile meta;

    /// <param name="path">The meta package.</param>
    /// <param name="packagesFolder">NuGet's packages folder.</param>
    /// <param name="variant">The variant that is wanted; null for the default one.</param>
    /// <exception cref="ModelPackException">It is none.</exception>
    public PackageSet(string path, string packagesFolder, string? variant = null)
    {
        folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        this.packagesFolder = packagesFolder;
        meta = NupkgFile.Open(path);
        try
        {
            Manifest = meta.Manifest().Of(variant, path);
        }
        catch
        {
            meta.Dispose();
            throw;
        }
    }

    public PackageManifest Manifest { get; }

    /// <summary>Where a part is; null if it is not there.</summary>
    public PartPlace? Find(ManifestPart part)
    {
        if (part.Package == Manifest.Id)
        {
            return meta.Find(part.Entry);
        }

        string name = $"{part.Package}.{part.Version}";
        if (!open.ContainsKey(name) && FileOf(part) is { } path)
        {
            open[name] = NupkgFile.Open(path);
        }

        if (open.TryGetValue(name, out NupkgFile? package))
        {
            return package.Find(part.Entry);
        }

        string extracted = Path.Combine(Extracted(part), part.Entry);
        return File.Exists(extracted) ? PartPlace.OfFile(extracted, Extracted(part)) : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        meta.Dispose();
        foreach (NupkgFile package in open.Values)
        {
            package.Dispose();
        }
    }

    // Feeds of folders write names as they were pushed, NuGet itself in lower case.
    private string? FileOf(ManifestPart part)
    {
        string name = $"{part.Package}.{part.Version}{NupkgFile.Ending}";
        return new[] { Path.Combine(folder, name), Path.Combine(folder, name.ToLowerInvariant()) }.FirstOrDefault(File.Exists);
    }

    private string Extracted(ManifestPart part) =>
        Path.Combine(packagesFolder, part.Package.ToLowerInvariant(), part.Version.ToLowerInvariant());
}
