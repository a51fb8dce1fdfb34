using Microsoft.Build.Framework;
using ModelPack.Packaging;
using ModelPack.Packaging.Packing;

namespace ModelPack.Build;

/// <summary>Reads the items <c>ModelPackage</c> of one package: one item, or one for each variant.</summary>
internal static class PackageRequest
{
    public const string Variant = "Variant";

    private const string PackageId = "PackageId";
    private const string PackageVersion = "PackageVersion";

    /// <summary>Id and version of the package that an item becomes, or a part of.</summary>
    public static string NameOf(PackModelItems task, ITaskItem item)
    {
        Dictionary<string, string> defaults = DefaultsOf(task);
        return $"{Text(item, defaults, PackageId)} {Text(item, defaults, PackageVersion)}";
    }

    /// <param name="task">The task.</param>
    /// <param name="items">The items: what the first one says holds for the package.</param>
    /// <param name="path">The model of the first.</param>
    /// <exception cref="ModelPackException">A value is not understood, or two items say different things of their package.</exception>
    public static PackOptions Read(PackModelItems task, ITaskItem[] items, string path)
    {
        ITaskItem item = items[0];
        EnsureOneVoice(items, path);
        Dictionary<string, string> defaults = DefaultsOf(task);
        string id = Text(PackageId) ?? "";
        if (id.Equals(task.OwnPackageId, StringComparison.OrdinalIgnoreCase))
        {
            throw new ModelPackException(PackagingErrors.OwnPackage, $"both would be called {id}") { FilePath = path };
        }

        string size = item.GetMetadata("MaxPackageSize").Trim();
        return new()
        {
            Id = id,
            Version = Text(PackageVersion) ?? "",
            Output = task.OutputDirectory,
            Authors = Text("Authors"),
            Description = Text("Description"),
            License = Text("License"),
            LicenseFile = FullPath("LicenseFile"),
            ReadmeFile = FullPath("ReadmeFile"),
            ProjectUrl = Text("ProjectUrl"),
            RepositoryUrl = Text("RepositoryUrl"),
            RepositoryCommit = Text("RepositoryCommit"),
            Previous = FullPath("Previous"),
            Layout = ItemMetadata.Choice<PackageLayout>(item, path, "Layout"),
            MaxPackageSize = size.Length == 0 ? null
                : PackOptions.ParseLimit(size) ?? throw new ModelPackException(
                    PackagingErrors.BadLimit, $"MaxPackageSize is '{size}'") { FilePath = path },
            BuildVersion = ToolVersion.Text.Split('+')[0],
        };

        string? Text(string name) => PackageRequest.Text(item, defaults, name);

        string? FullPath(string name) =>
            Text(name) is { } place ? Path.GetFullPath(SafePath.WithSeparators(place), task.ProjectDirectory) : null;
    }

    private static string? Text(ITaskItem item, Dictionary<string, string> defaults, string name) =>
        item.GetMetadata(name) is { Length: > 0 } own ? own
        : defaults.GetValueOrDefault(name) is { Length: > 0 } value ? value
        : null;

    private static Dictionary<string, string> DefaultsOf(PackModelItems task) => task.Defaults.ToDictionary(
        item => item.ItemSpec, item => item.GetMetadata("Value"), StringComparer.OrdinalIgnoreCase);

    // What a second item says would have no effect.
    private static void EnsureOneVoice(ITaskItem[] items, string path)
    {
        foreach (ITaskItem item in items[1..])
        {
            if (KnownMetadata.ModelPackage.Names.Except([Variant, "Optional", PackageId, PackageVersion]).FirstOrDefault(
                name => item.GetMetadata(name) is { Length: > 0 } said && said != items[0].GetMetadata(name)) is { } name)
            {
                throw new ModelPackException(
                    PackagingErrors.VariantNames,
                    $"'{items[0].ItemSpec}' and '{item.ItemSpec}' are one package, and {name} is '{items[0].GetMetadata(name)}' and "
                        + $"'{item.GetMetadata(name)}'") { FilePath = path };
            }
        }
    }
}
