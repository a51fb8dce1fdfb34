using ModelPack.Packaging.Joining;
using ModelPack.Packaging.Manifests;

namespace ModelPack.Packaging.Reading;

/// <summary>A meta package with its parts: beside it, in the folders beside its own where each version of a package has one, or in NuGet's
/// packages folder.</summary>
internal sealed class PackageSet : IDisposable
{
    private readonly string folder;
    private readonly string[] roots;
    private readonly Dictionary<string, NupkgFile> open = new(StringComparer.OrdinalIgnoreCase);
    private readonly NupkgFile meta;

    /// <param name="path">The meta package.</param>
    /// <param name="packagesFolder">NuGet's packages folder.</param>
    /// <param name="variant">The variant that is wanted; null for the default one.</param>
    /// <exception cref="ModelPackException">It is none.</exception>
    public PackageSet(string path, string packagesFolder, string? variant = null)
    {
        folder = Path.GetDirectoryName(Path.GetFullPath(path))!;

        // <root>/<id>/<version>/<id>.<version>.nupkg: any packages folder, and feeds that `nuget init` makes.
        string? own = Path.GetDirectoryName(Path.GetDirectoryName(folder));
        roots = own is null ? [packagesFolder] : [own, packagesFolder];
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

        return InFile(part, folder)
            ?? roots.Select(root => InFolder(part, Extracted(root, part))).FirstOrDefault(place => place is not null)
            ?? InFile(part, Extracted(roots[0], part));
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
    private PartPlace? InFile(ManifestPart part, string place)
    {
        string name = $"{part.Package}.{part.Version}{NupkgFile.Ending}";
        string? path = new[] { Path.Combine(place, name), Path.Combine(place, name.ToLowerInvariant()) }.FirstOrDefault(File.Exists);
        if (path is not null && !open.ContainsKey(path))
        {
            open[path] = NupkgFile.Open(path);
        }

        return path is null ? null : open[path].Find(part.Entry);
    }

    private static PartPlace? InFolder(ManifestPart part, string package) =>
        File.Exists(Path.Combine(package, part.Entry)) ? PartPlace.OfFile(Path.Combine(package, part.Entry), package) : null;

    private static string Extracted(string root, ManifestPart part) =>
        Path.Combine(root, part.Package.ToLowerInvariant(), part.Version.ToLowerInvariant());
}
