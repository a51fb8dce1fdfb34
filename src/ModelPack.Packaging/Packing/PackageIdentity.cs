using NuGet.Packaging;
using NuGet.Versioning;

namespace ModelPack.Packaging.Packing;

/// <summary>Ids and versions that NuGet accepts.</summary>
internal static class PackageIdentity
{
    // 100 are allowed; a part's id is longer by ".Part0001".
    private const int MaximumId = 90;

    /// <summary>The version as it stands in the names of files and folders.</summary>
    /// <exception cref="ModelPackException">Id or version is none.</exception>
    public static string Normalize(string id, string version)
    {
        if (!PackageIdValidator.IsValidPackageId(id) || id.Length > MaximumId || !id.All(char.IsAscii))
        {
            throw new ModelPackException(PackagingErrors.BadId, $"'{id}' cannot be the id of a package");
        }

        return NuGetVersion.TryParse(version, out NuGetVersion? parsed)
            ? parsed.ToNormalizedString()
            : throw new ModelPackException(PackagingErrors.BadId, $"'{version}' cannot be the version of a package");
    }

    public static string PartId(string id, int number) => $"{id}.Part{number:0000}";

    /// <summary>The number in the id of a part; 0 if it is none.</summary>
    public static int PartNumber(string id, string partId) =>
        partId.StartsWith(id + ".Part", StringComparison.OrdinalIgnoreCase)
            && int.TryParse(partId[(id.Length + ".Part".Length)..], out int number) ? number : 0;
}
