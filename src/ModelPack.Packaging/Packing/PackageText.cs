using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ModelPack.IO;
using ModelPack.Packaging.Content;
using ModelPack.Packaging.Manifests;
using NuGet.Frameworks;
using NuGet.Packaging;
using NuGet.Packaging.Core;
using NuGet.Versioning;

namespace ModelPack.Packaging.Packing;

/// <summary>What packages say of themselves: nuspec and README.</summary>
internal sealed class PackageText(PackOptions options, PackedContent content, PackageLicense license, ImmutableArray<string> authors)
{
    private const string BuildPackage = "ModelPack.Build";
    private const int MaximumDescription = 4000;
    private static readonly NuGetFramework Framework = NuGetFramework.Parse(".NETStandard2.0");

    public string Authors => string.Join(',', authors);

    public string Description { get; } = Shorten(
        Said(options.Description) ?? Said(content.Description)
        ?? $"{Said(content.ModelName) ?? options.Id}: a model of {content.Length.ToString("N0", CultureInfo.InvariantCulture)} bytes "
            + $"({content.Format}), joined and verified by the build that references this package.");

    /// <summary>The names in a list of authors, as NuGet separates them.</summary>
    public static ImmutableArray<string> NamesIn(string? authors) =>
        [.. OpcParts.Plain(authors ?? "").Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    public string PartDescription => $"A part of {options.Id}. Reference that package, not this one.";

    public string MetaNuspec(PackageManifest manifest)
    {
        ManifestMetadata metadata = Common(options.Id, options.Version, Description);
        metadata.Tags = string.Join(
            ' ',
            new[] { "modelpack", "model", content.Format, Said(content.Architecture)?.Replace(' ', '-') }.Where(tag => tag is not null));
        metadata.Readme = ModelCard.FileName;
        PackageDependency build = new(BuildPackage, new VersionRange(NuGetVersion.Parse(options.BuildVersion)));
        metadata.DependencyGroups =
        [
            new(Framework, [
                .. manifest.Parts.Where(part => part.Package != options.Id).Select(part => (part.Package, part.Version)).Distinct()
                    .Select(part => new PackageDependency(part.Package, Exactly(part.Version))),
                build]),
        ];
        return Write(metadata);
    }

    public string PartNuspec(string id, string version)
    {
        ManifestMetadata metadata = Common(id, version, PartDescription);
        metadata.Tags = "modelpack part";
        metadata.DependencyGroups = [new(Framework, [])];
        return Write(metadata);
    }

    public string Readme(PackageManifest manifest)
    {
        string? text = options.ReadmeFile is { } file ? RegularFile.ReadAllText(file) : content.Texts.GetValueOrDefault(ModelCard.FileName);
        if (text is not null)
        {
            return ModelCard.Parse(text).Text;
        }

        StringBuilder readme = new();
        readme.Append(CultureInfo.InvariantCulture, $"# {options.Id}\n\n{Description}\n\n");
        string version = NuGetVersion.Parse(options.Version).IsPrerelease ? $" --version {options.Version}" : "";
        readme.Append(CultureInfo.InvariantCulture, $"    dotnet add package {options.Id}{version}\n\n");
        string files = "these files";
        if (manifest.Variants.ToArray() is [string first, ..] variants)
        {
            files = "the files of the variant";
            readme.Append(
                CultureInfo.InvariantCulture,
                $"The variants are {string.Join(", ", variants)}. The default is {first}; for another one:\n\n"
                    + $"    <PackageReference Include=\"{options.Id}\" Version=\"{options.Version}\" Variant=\"{variants[^1]}\" />\n\n");
        }

        readme.Append(CultureInfo.InvariantCulture, $"The build puts {files} beside the program, below `models/`:\n\n");
        readme.Append("| File | Bytes | SHA-256 |\n|---|---|---|\n");
        foreach (Manifests.ManifestFile packed in manifest.Files)
        {
            readme.Append(CultureInfo.InvariantCulture, $"| {packed.Place} | {packed.Length} | `{packed.Sha256}` |\n");
        }

        return readme.ToString();
    }

    private static VersionRange Exactly(string version) =>
        new(NuGetVersion.Parse(version), includeMinVersion: true, NuGetVersion.Parse(version), includeMaxVersion: true);

    private static string Write(ManifestMetadata metadata)
    {
        using MemoryStream text = new();
        new Manifest(metadata).Save(text);

        // The writer ends lines as the system does: a package is the same on all of them.
        return Encoding.UTF8.GetString(text.ToArray()).TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    // A model says of itself what it likes.
    private static string? Said(string? text) =>
        text is not null && OpcParts.Plain(text).Trim() is { Length: > 0 } plain ? plain : null;

    private static string Shorten(string text) => text.Length <= MaximumDescription ? text : text[..MaximumDescription];

    private ManifestMetadata Common(string id, string version, string description)
    {
        ManifestMetadata metadata = new()
        {
            Id = id,
            Version = NuGetVersion.Parse(version),
            Authors = authors,
            Description = description,
            LicenseMetadata = license.Metadata,
        };
        if (Uri.TryCreate(options.ProjectUrl ?? content.ProjectUrl, UriKind.Absolute, out Uri? url)
            && url.Scheme is "https" or "http")
        {
            metadata.SetProjectUrl(url.AbsoluteUri);
        }

        if (options.RepositoryUrl is { Length: > 0 } repository)
        {
            metadata.Repository = new("git", OpcParts.Plain(repository), "", OpcParts.Plain(options.RepositoryCommit ?? ""));
        }

        return metadata;
    }
}
