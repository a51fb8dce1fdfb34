using System.Globalization;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using ModelPack.Packaging;
using ModelPack.Packaging.Joining;
using ModelPack.Packaging.Manifests;

namespace ModelPack.Build;

/// <summary>The models of a project's packages, joined, with the items that the build makes of them.</summary>
internal sealed class PackagedModels
{
    private const string ModelPath = "ModelPath";
    private const string OutputLink = "OutputLink";
    private const string DefaultLink = "models/";

    private readonly Dictionary<string, ITaskItem> references = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> manifestPaths = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> owners = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<ITaskItem> files = [];

    private PackagedModels()
    {
    }

    /// <summary>The files, as items that are copied.</summary>
    public IEnumerable<ITaskItem> Files => files;

    public IEnumerable<ITaskItem> References => references.Values;

    /// <exception cref="ModelPackException">A package is damaged, or two are in each other's way.</exception>
    public static PackagedModels Resolve(
        ITaskItem[] manifests, ReferencedModels said, PackageParts parts, PackageStores stores, CancellationToken cancellation)
    {
        PackagedModels models = new();
        said.EnsureKnown([.. manifests.Select(item => item.GetMetadata("Model"))]);
        foreach (ITaskItem item in manifests)
        {
            string path = item.GetMetadata("FullPath");
            PackageManifest manifest = Read(item, path);
            models.Add(manifest, path, said.Of(manifest.Id), parts, stores, cancellation);
        }

        return models;
    }

    /// <summary>C# with a path for each model.</summary>
    public string Constants() => ModelConstants.Of(references.Values.Select(
        reference => (reference.ItemSpec, IsTaken(reference) ? null : reference.GetMetadata(OutputLink))));

    /// <summary>An item <c>ModelConvert</c> or <c>ModelVerify</c> that was made of a reference, with the model's path; any other as it
    /// is.</summary>
    public ITaskItem Resolve(ITaskItem model)
    {
        if (!references.TryGetValue(model.ItemSpec, out ITaskItem? reference) || Path.Exists(model.GetMetadata("FullPath")))
        {
            return model;
        }

        TaskItem resolved = new(MSBuildText.Escape(reference.GetMetadata(ModelPath)));
        model.CopyMetadataTo(resolved);

        // What the item has from the reference speaks of the reference.
        foreach (string name in reference.CloneCustomMetadata().Keys.Cast<string>()
            .Where(name => model.GetMetadata(name) == reference.GetMetadata(name)))
        {
            resolved.RemoveMetadata(name);
        }

        return resolved;
    }

    private static PackageManifest Read(ITaskItem item, string path)
    {
        string folder = Path.GetDirectoryName(Path.GetDirectoryName(path))!;
        if (!File.Exists(path))
        {
            throw Damaged(PackagingErrors.PartMissing, $"the manifest of {item.GetMetadata("Model")} is not there");
        }

        PackageManifest manifest;
        try
        {
            manifest = ManifestReader.ReadFile(path);
        }
        catch (ModelPackException fault) when (fault.Code != PackagingErrors.NewerManifest)
        {
            throw Damaged(fault.Code, fault.Detail);
        }

        return manifest.Id == item.GetMetadata("Model") && manifest.Version == item.GetMetadata("PackageVersion")
            ? manifest
            : throw Damaged(
                PackagingErrors.BadManifest,
                $"it is that of {manifest.Id} {manifest.Version}, in the package of {item.GetMetadata("Model")} "
                    + item.GetMetadata("PackageVersion"));

        ModelPackException Damaged(ErrorCode code, string what) => new(code, $"{what}; delete '{folder}'") { FilePath = path };
    }

    private void Add(
        PackageManifest whole, string path, TaskItem said, PackageParts parts, PackageStores stores, CancellationToken cancellation)
    {
        PackageManifest manifest = whole.Of(said.GetMetadata("Variant") is { Length: > 0 } variant ? variant : null, path);
        if (!manifestPaths.TryAdd(manifest.Id, path))
        {
            throw new ModelPackException(
                PackagingErrors.TwoModels, $"the model {manifest.Id} comes from '{manifestPaths[manifest.Id]}' and from '{path}'")
            {
                FilePath = path,
            };
        }

        StoreCheck check = ItemMetadata.Choice<StoreCheck>(said, manifest.Id, "Verify");
        string copy = ItemMetadata.Choice(said, manifest.Id, "Copy", "always", "publish", "never");
        string folder = stores.Get(manifest, parts.Of(manifest, path), check, cancellation);
        TaskItem resolved = new(said);
        bool isSingle = manifest.Files.Length == 1;
        resolved.SetMetadata(ModelPath, MSBuildText.Escape(isSingle ? Path.Combine(folder, manifest.Files[0].Path) : folder));
        resolved.SetMetadata("Sha256", manifest.Digest);
        resolved.SetMetadata("Bytes", manifest.Length.ToString(CultureInfo.InvariantCulture));
        resolved.SetMetadata(OutputLink, MSBuildText.Escape(PlaceOf(said, manifest).Replace('\\', '/')));
        references.Add(manifest.Id, resolved);
        foreach (ManifestFile file in manifest.Files)
        {
            string link = LinkOf(said, manifest, file).Replace('\\', '/');
            if (copy != "never" && !owners.TryAdd(link, manifest.Id))
            {
                throw new ModelPackException(PackagingErrors.TwoLinks, $"'{link}' is the place of {owners[link]} and of {manifest.Id}")
                {
                    FilePath = path,
                };
            }

            if (copy != "never")
            {
                files.Add(FileItem(Path.Combine(folder, file.Path), link, copy, manifest.Id));
            }
        }
    }

    // A model that is never copied may be put there by hand, but not where another one is copied to.
    private bool IsTaken(ITaskItem reference) => owners.Any(owner => owner.Value != reference.ItemSpec
        && (owner.Key + '/').StartsWith(reference.GetMetadata(OutputLink) + '/', StringComparison.OrdinalIgnoreCase));

    private static string LinkOf(ITaskItem said, PackageManifest manifest, ManifestFile file) =>
        manifest.Files.Length == 1 ? PlaceOf(said, manifest) : Path.Combine(PlaceOf(said, manifest), file.Path);

    // The files of a model with several keep together: each of two folders has its config.json.
    private static string PlaceOf(ITaskItem said, PackageManifest manifest)
    {
        string link = ItemMetadata.PlaceBelow(said, manifest.Id, "Link");
        bool isFolder = link.Length == 0 || Path.EndsInDirectorySeparator(link);
        string place = link.Length > 0 ? link : DefaultLink;
        return manifest.Files.Length == 1 ? isFolder ? Path.Combine(place, manifest.Files[0].Path) : place
            : link.Length > 0 ? Path.TrimEndingDirectorySeparator(place)
            : Path.Combine(place, manifest.Id);
    }

    // Compared by date and size, not by which is newer: after a downgrade the older file has to replace the newer one.
    private static TaskItem FileItem(string path, string link, string copy, string id)
    {
        TaskItem item = new(MSBuildText.Escape(path));
        item.SetMetadata("Link", MSBuildText.Escape(link));
        item.SetMetadata("TargetPath", MSBuildText.Escape(link));
        item.SetMetadata("ModelPackage", id);
        item.SetMetadata("Visible", "false");
        item.SetMetadata("Pack", "false");
        item.SetMetadata("ExcludeFromSingleFile", "true");
        item.SetMetadata("CopyToOutputDirectory", copy == "always" ? "IfDifferent" : "Never");
        item.SetMetadata("CopyToPublishDirectory", "IfDifferent");
        return item;
    }
}
