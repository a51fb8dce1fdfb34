using Microsoft.Build.Framework;
using ModelPack.Packaging;
using ModelPack.Packaging.Joining;

namespace ModelPack.Build;

/// <summary>
/// Looks whether anything else is copied to the place of a packaged model: a file of the project, or one that a referenced project brings.
/// The engine would copy both, one over the other, or leave one of them out. Called by ModelPack.Build.Packages.targets.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class CheckModelPlaces : ModelTask
{
    /// <summary>The files of the packaged models, with metadata <c>TargetPath</c>.</summary>
    [Required]
    public ITaskItem[] Files { get; set; } = [];

    /// <summary>All files that are copied.</summary>
    public ITaskItem[] Copied { get; set; } = [];

    /// <summary>The metadata of <see cref="Copied"/> with the place of the copy.</summary>
    [Required]
    public string PlaceName { get; set; } = "";

    /// <summary>The project, which the error names.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>Those of <see cref="Copied"/> that are a packaged file once more, from the store of another project.</summary>
    [Output]
    public ITaskItem[] Twins { get; private set; } = [];

    private protected override bool Run()
    {
        ILookup<string, ITaskItem> files = Files.ToLookup(file => Place(file, "TargetPath"), StringComparer.OrdinalIgnoreCase);
        List<ITaskItem> twins = [];
        HashSet<string> seen = [];
        foreach (ITaskItem copied in Copied)
        {
            string path = copied.GetMetadata("FullPath");
            if (!seen.Add(path) || files[Place(copied, PlaceName)].FirstOrDefault() is not { } file || file.GetMetadata("FullPath") == path)
            {
                continue;
            }

            if (InStore(path) == InStore(file.GetMetadata("FullPath")))
            {
                twins.Add(copied);
                continue;
            }

            LogError(new ModelPackException(
                PackagingErrors.TwoLinks,
                $"'{Place(copied, PlaceName)}' is the place of {file.GetMetadata("ModelPackage")} and of '{path}'")
            {
                FilePath = ProjectFile,
            });
        }

        Twins = [.. twins];
        return !Log.HasLoggedErrors;
    }

    private static string Place(ITaskItem item, string name) => item.GetMetadata(name).Replace('\\', '/');

    private static string InStore(string path)
    {
        string[] names = path.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        int digest = Array.FindLastIndex(names, StoreFiles.IsDigest);
        return digest < 0 ? path : string.Join('/', names[digest..]);
    }
}
