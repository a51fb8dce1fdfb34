using System.Globalization;
using Microsoft.Build.Framework;
using ModelPack.Packaging.Packing;

namespace ModelPack.Build;

/// <summary>Packs the items <c>ModelPackage</c> of a project. Called by ModelPack.Build.Packages.targets, after
/// <c>Pack</c>.</summary>
[MSBuildMultiThreadableTask]
public sealed class PackModelItems : ModelTask
{
    /// <summary>The items.</summary>
    [Required]
    public ITaskItem[] Packages { get; set; } = [];

    /// <summary>Folder of the project, absolute.</summary>
    [Required]
    public string ProjectDirectory { get; set; } = "";

    /// <summary>Folder of the packages, absolute.</summary>
    [Required]
    public string OutputDirectory { get; set; } = "";

    /// <summary>The project's own values, for items that say nothing: metadata names, with '=' and the value.</summary>
    public ITaskItem[] Defaults { get; set; } = [];

    /// <summary>The id of the package that the project itself becomes; empty if it becomes none.</summary>
    public string OwnPackageId { get; set; } = "";

    /// <summary>The packages that were written or are there already, in the order in which they have to be pushed.</summary>
    [Output]
    public ITaskItem[] Packed { get; private set; } = [];

    private protected override bool Run()
    {
        Places = new("ModelPackage", Packages, ProjectDirectory);
        if (!TryDo(() => WarnOf(KnownMetadata.ModelPackage.Warnings(Packages))))
        {
            return false;
        }

        // Items of one id and version are variants of one model, and one package.
        List<ITaskItem> packed = [];
        foreach (IGrouping<string, ITaskItem> package in Present(Packages, ProjectDirectory)
            .GroupBy(item => PackageRequest.NameOf(this, item), StringComparer.OrdinalIgnoreCase))
        {
            PackReport? report = TryWork(PathOf(package.First()), () => Pack([.. package]));
            packed.AddRange(report?.Packages.Where(made => made.Path.Length > 0).Select(Item) ?? []);
        }

        Packed = [.. packed];
        return !Log.HasLoggedErrors;
    }

    private string PathOf(ITaskItem item) => Path.GetFullPath(item.ItemSpec, ProjectDirectory);

    private PackReport Pack(ITaskItem[] variants)
    {
        PackOptions options = PackageRequest.Read(this, variants, PathOf(variants[0]));
        PackReport report = ModelPacker.Pack(
            [.. variants.Select(item => new PackSource(
                PathOf(item), item.GetMetadata(PackageRequest.Variant) is { Length: > 0 } name ? name : null))],
            options, Cancellation);
        foreach (MadePackage made in report.Packages)
        {
            Say(
                MessageImportance.High,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{made.Id} {made.Version} ({made.Bytes:N0} bytes of the model): {made.Outcome.ToString().ToLowerInvariant()}"));
        }

        foreach (LeftOutFile file in report.LeftOut)
        {
            Say(MessageImportance.High, $"not packed: {file}");
        }

        WarnOf(report.Warnings);
        Say(MessageImportance.Low, $"NuGet.Packaging is {typeof(NuGet.Packaging.Manifest).Assembly.Location}");
        return report;
    }

    private static Microsoft.Build.Utilities.TaskItem Item(MadePackage made)
    {
        Microsoft.Build.Utilities.TaskItem item = new(MSBuildText.Escape(made.Path));
        item.SetMetadata("PackageId", made.Id);
        item.SetMetadata("PackageVersion", made.Version);
        return item;
    }
}
