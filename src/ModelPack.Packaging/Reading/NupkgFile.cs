using System.IO.Compression;
using ModelPack.IO;
using ModelPack.Packaging.Content;
using ModelPack.Packaging.Joining;
using ModelPack.Packaging.Manifests;
using NuGet.Packaging;
using NuGet.Packaging.Core;

namespace ModelPack.Packaging.Reading;

/// <summary>A model package as a file, made by anybody: what its entries say is checked before a byte of the model is used.</summary>
internal sealed class NupkgFile : IDisposable
{
    public const string Ending = ".nupkg";

    private const int MaximumEntries = 100_000;

    private readonly string path;
    private readonly FileStream file;
    private readonly ZipArchive archive;

    private NupkgFile(string path)
    {
        this.path = path;
        RegularFile.EnsureReadable(path);
        file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        try
        {
            archive = new(file, ZipArchiveMode.Read, leaveOpen: true);
            HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                string name = Uri.UnescapeDataString(entry.FullName);
                if (!PortablePath.IsLegal(name.TrimEnd('/')) && name != "[Content_Types].xml")
                {
                    throw new ModelPackException(PackagingErrors.PathOutside, $"the entry '{entry.FullName}'") { FilePath = path };
                }

                if (!names.Add(name) || names.Count > MaximumEntries)
                {
                    throw Bad($"it has the entry '{entry.FullName}' twice, or too many entries");
                }
            }
        }
        catch (InvalidDataException fault)
        {
            file.Dispose();
            throw Bad($"it is no ZIP archive: {fault.Message.TrimEnd('.')}", fault);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether a path is that of a package.</summary>
    public static bool IsName(string path) => path.EndsWith(Ending, StringComparison.OrdinalIgnoreCase) && File.Exists(path);

    /// <exception cref="ModelPackException">It is no package, or a damaged one.</exception>
    public static NupkgFile Open(string path) => new(path);

    public static PackageManifest ReadManifest(string path)
    {
        using NupkgFile package = Open(path);
        return package.Manifest();
    }

    /// <summary>The manifest of a meta package.</summary>
    /// <exception cref="ModelPackException">It has none, or that of another package.</exception>
    public PackageManifest Manifest()
    {
        ZipArchiveEntry entry = archive.GetEntry(PackageManifest.Entry)
            ?? throw Bad($"it has no entry {PackageManifest.Entry}");
        PackageManifest manifest = ReadManifest(entry);
        (string id, string version) = Identity();
        return manifest.Id.Equals(id, StringComparison.OrdinalIgnoreCase) && manifest.Version == version
            ? manifest
            : throw new ModelPackException(
                PackagingErrors.BadManifest, $"the manifest is that of {manifest.Id} {manifest.Version}, the package is {id} {version}")
            {
                FilePath = path,
            };
    }

    /// <summary>Id and version of the package, by its nuspec.</summary>
    public (string Id, string Version) Identity()
    {
        try
        {
            file.Position = 0;
            using PackageArchiveReader reader = new(file, leaveStreamOpen: true);
            NuGet.Packaging.Core.PackageIdentity identity = reader.GetIdentity();
            return (identity.Id, identity.Version.ToNormalizedString());
        }
        catch (Exception fault) when (fault is PackagingException or InvalidDataException or System.Xml.XmlException or ArgumentException)
        {
            throw Bad($"its nuspec cannot be read: {fault.Message.TrimEnd('.')}", fault);
        }
    }

    /// <summary>Where an entry of the package is; null if there is none.</summary>
    public PartPlace? Find(string entry) =>
        archive.GetEntry(entry) is { } found ? new($"{path}!{entry}", path, found.Length, () => OpenEntry(found)) : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        archive.Dispose();
        file.Dispose();
    }

    private PackageManifest ReadManifest(ZipArchiveEntry entry)
    {
        try
        {
            using Stream text = OpenEntry(entry);
            return ManifestReader.Read(text, entry.Length, path);
        }
        catch (InvalidDataException fault)
        {
            throw Bad($"its entry {entry.FullName} cannot be read: {fault.Message.TrimEnd('.')}", fault);
        }
    }

    private Stream OpenEntry(ZipArchiveEntry entry)
    {
        try
        {
            return entry.Open();
        }
        catch (InvalidDataException fault)
        {
            throw Bad($"its entry {entry.FullName} cannot be read: {fault.Message.TrimEnd('.')}", fault);
        }
    }

    private ModelPackException Bad(string what, Exception? inner = null) =>
        new(PackagingErrors.NotAPackage, what, inner) { FilePath = path };
}
