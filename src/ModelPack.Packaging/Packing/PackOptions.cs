using ModelPack.Conversion;

namespace ModelPack.Packaging.Packing;

/// <summary>How a model is cut into packages.</summary>
internal enum PackageLayout
{
    /// <summary>At tensors, as large as the limit allows.</summary>
    Parts,

    /// <summary>One package for each file of the model.</summary>
    Shards,
}

/// <summary>What is said of a package beside its content.</summary>
internal sealed record PackOptions
{
    /// <summary>250 MB of the NuGet gallery, with room for a signature and the records of the package.</summary>
    public const long GalleryLimit = 230_000_000;

    /// <summary>500 MiB of Azure Artifacts, likewise.</summary>
    public const long AzureLimit = 500_000_000;

    /// <summary>What the meta package may hold of the model, so that a fix of metadata ships it alone.</summary>
    public const long HeadLimit = 16_000_000;

    // Plain ZIP records count in 32 bits.
    private const long MaximumLimit = 4_000_000_000;
    private const long MinimumLimit = 1000;

    public required string Id { get; init; }

    public required string Version { get; init; }

    /// <summary>Folder of the packages.</summary>
    public required string Output { get; init; }

    public string? Authors { get; init; }

    public string? Description { get; init; }

    /// <summary>SPDX expression.</summary>
    public string? License { get; init; }

    public string? LicenseFile { get; init; }

    public string? ReadmeFile { get; init; }

    public string? ProjectUrl { get; init; }

    public string? RepositoryUrl { get; init; }

    public string? RepositoryCommit { get; init; }

    /// <summary>A meta package, or a manifest, of an earlier version.</summary>
    public string? Previous { get; init; }

    /// <summary>The most bytes of the model in a package; if nothing is said, that of the previous version, else the gallery's.</summary>
    public long? MaxPackageSize { get; init; }

    public PackageLayout Layout { get; init; }

    /// <summary>Replaces packages that exist with other bytes.</summary>
    public bool Replace { get; init; }

    /// <summary>Only tells what would be made.</summary>
    public bool DryRun { get; init; }

    public required string BuildVersion { get; init; }

    /// <summary>A size as people write it: a number, 200MB, gallery, azure.</summary>
    public static long? ParseLimit(string text) => text.ToLowerInvariant() switch
    {
        "gallery" or "nuget" => GalleryLimit,
        "azure" => AzureLimit,
        _ => ShardSize.TryParse(text, out long bytes) ? bytes : null,
    };

    /// <exception cref="ModelPackException">The size is none that a package can have.</exception>
    public static long EnsureLimit(long bytes) => bytes is >= MinimumLimit and <= MaximumLimit
        ? bytes
        : throw new ModelPackException(PackagingErrors.BadLimit, $"{bytes} bytes");
}
