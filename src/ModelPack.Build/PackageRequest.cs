using Microsoft.Build.Framework;
using ModelPack.Packaging;
using ModelPack.Packaging.Packing;

namespace ModelPack.Build;

/// <summary>Reads an item <c>ModelPackage</c>.</summary>
internal static class PackageRequest
{
    /// <exception cref="ModelPackException">A value is not understood.</exception>
    public static PackOptions Read(PackModelItems task, ITaskItem item, string path)
    {
        Dictionary<string, string> defaults = task.Defaults.ToDictionary(
            item => item.ItemSpec, item => item.GetMetadata("Value"), StringComparer.OrdinalIgnoreCase);
        string id = Text("PackageId") ?? "";
        if (id.Equals(task.OwnPackageId, StringComparison.OrdinalIgnoreCase))
        {
            throw new ModelPackException(PackagingErrors.OwnPackage, $"both would be called {id}") { FilePath = path };
        }

        string size = item.GetMetadata("MaxPackageSize").Trim();
        return new()
        {
            Id = id,
            Version = Text("PackageVersion") ?? "",
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

        string? Text(string name) =>
            item.GetMetadata(name) is { Length: > 0 } own ? own
            : defaults.GetValueOrDefault(name) is { Length: > 0 } value ? value
            : null;

        string? FullPath(string name) =>
            Text(name) is { } place ? Path.GetFullPath(SafePath.WithSeparators(place), task.ProjectDirectory) : null;
    }
}
