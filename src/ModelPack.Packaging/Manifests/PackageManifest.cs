using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace ModelPack.Packaging.Manifests;

/// <summary>What a meta package says of its model (docs/formats/model-packages.md §3.2): which files, and where their bytes are.</summary>
internal sealed record PackageManifest
{
    public const string Schema = "https://modelpack.dev/package-manifest/v1";

    /// <summary>Where the manifest stands in a package.</summary>
    public const string Entry = "modelpack/manifest.json";

    /// <summary>The folder of all entries with a model's bytes.</summary>
    public const string Folder = "modelpack/";

    public const string PartEnding = ".part";

    public required string Id { get; init; }

    public required string Version { get; init; }

    /// <summary>The model's format; <c>opaque</c> where it is none of ours.</summary>
    public required string Format { get; init; }

    public required string Layout { get; init; }

    /// <summary>The most bytes of the model in a package. A later version is cut alike, so that its parts are the same ones.</summary>
    public required long Limit { get; init; }

    public string? Architecture { get; init; }

    public string? License { get; init; }

    /// <summary>Sorted by path; variant by variant, the default one first.</summary>
    public required ImmutableArray<ManifestFile> Files { get; init; }

    public long Length => Files.Sum(file => file.Length);

    /// <summary>The names of the variants; none if the package has one model.</summary>
    public IEnumerable<string> Variants => Files.Select(file => file.Variant).OfType<string>().Distinct();

    public IEnumerable<ManifestPart> Parts => Files.SelectMany(file => file.Parts);

    /// <summary>
    /// The address of the model in the store: SHA-256 of what <c>sha256sum</c> prints for its files. Names count: two models of the same
    /// bytes under other names are two folders.
    /// </summary>
    public string Digest => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(Files.Select(file => $"{file.Sha256}  {file.Place}\n")))));

    /// <summary>
    /// The manifest of one variant, with the address that the model would have without the others; this one if the package has none.
    /// </summary>
    /// <param name="name">The variant, in any spelling; the default one if it is null.</param>
    /// <param name="path">The file that an error names.</param>
    /// <exception cref="ModelPackException">There is no such variant.</exception>
    public PackageManifest Of(string? name, string path)
    {
        string[] names = [.. Variants];
        string? chosen = name is null ? names.FirstOrDefault() : names.FirstOrDefault(
            known => known.Equals(name, StringComparison.OrdinalIgnoreCase));
        return chosen is not null
            ? this with { Files = [.. Files.Where(file => file.Variant == chosen).Select(file => file with { Variant = null })] }
            : name is null ? this
            : throw new ModelPackException(
                PackagingErrors.UnknownVariant,
                $"{Id} {Version} has no variant '{name}'; "
                    + (names.Length == 0 ? "it has no variants" : $"it has {string.Join(", ", names)}")) { FilePath = path };
    }
}

/// <summary>A file of the model.</summary>
/// <param name="Path">Its path below the model's folder, with '/'.</param>
/// <param name="Length">Its length.</param>
/// <param name="Sha256">Its SHA-256.</param>
/// <param name="Xxh128">The hash that certificates give it.</param>
/// <param name="Parts">Its bytes, one run after the other.</param>
internal sealed record ManifestFile(string Path, long Length, string Sha256, string Xxh128, ImmutableArray<ManifestPart> Parts)
{
    /// <summary>The variant of the model that the file belongs to; null if the package has none.</summary>
    public string? Variant { get; init; }

    /// <summary>The path, behind the variant if there is one.</summary>
    public string Place => Variant is null ? Path : $"{Variant}/{Path}";
}

/// <summary>A run of a file's bytes.</summary>
/// <param name="Package">The package that holds them.</param>
/// <param name="Version">Its version; an older one than the manifest's if the part did not change.</param>
/// <param name="Entry">The entry of the package, which holds nothing else.</param>
/// <param name="Offset">Where in the file the run begins.</param>
/// <param name="Length">Its length.</param>
/// <param name="Sha256">Its SHA-256.</param>
internal sealed record ManifestPart(string Package, string Version, string Entry, long Offset, long Length, string Sha256);
