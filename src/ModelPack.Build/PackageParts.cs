using Microsoft.Build.Framework;
using ModelPack.Packaging;
using ModelPack.Packaging.Joining;
using ModelPack.Packaging.Manifests;

namespace ModelPack.Build;

/// <summary>Where NuGet has put the parts of models: the packages say it themselves, by the items of their props.</summary>
internal sealed class PackageParts(IEnumerable<ITaskItem> parts)
{
    // A package is extracted into a folder with its entries; the props and the manifest stand in folders of it.
    private readonly ILookup<string, (string Version, string Path)> found = parts.ToLookup(
        part => part.GetMetadata("Package"), part => (part.GetMetadata("PackageVersion"), part.GetMetadata("FullPath")),
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Finds the parts of one model.</summary>
    /// <param name="manifest">The model.</param>
    /// <param name="manifestPath">Its manifest in the meta package.</param>
    public FindPart Of(PackageManifest manifest, string manifestPath)
    {
        string meta = Path.GetDirectoryName(Path.GetDirectoryName(manifestPath))!;
        return part => part.Package == manifest.Id
            ? Existing(manifest, part, Path.GetFullPath(Path.Combine(meta, part.Entry)))
            : PathOf(manifest, part) is { } path ? Existing(manifest, part, path) : null;
    }

    private string? PathOf(PackageManifest manifest, ManifestPart part)
    {
        (string Version, string Path)[] versions = [.. found[part.Package]];
        return versions.Length > 0 && versions.All(one => one.Version != part.Version)
            ? throw new ModelPackException(
                PackagingErrors.PartVersion,
                $"{manifest.Id} {manifest.Version} needs the package {part.Package} {part.Version} with its entry {part.Entry}, and "
                    + $"{versions[0].Version} was restored") { FilePath = versions[0].Path, ByteOffset = part.Offset }
            : versions.FirstOrDefault(one => one.Version == part.Version).Path;
    }

    // The package is there without its entry: NuGet restores it again only if its folder is gone.
    private static PartPlace Existing(PackageManifest manifest, ManifestPart part, string path)
    {
        string folder = Path.GetDirectoryName(Path.GetDirectoryName(path))!;
        return File.Exists(path)
            ? PartPlace.OfFile(path, folder)
            : throw new ModelPackException(
                PackagingErrors.PartMissing,
                $"{manifest.Id} {manifest.Version} needs the package {part.Package} {part.Version}, and its entry {part.Entry} is not "
                    + $"there; delete '{folder}'") { FilePath = path, ByteOffset = part.Offset };
    }
}
