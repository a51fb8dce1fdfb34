using ModelPack.Formats;
using ModelPack.IO.Names;
using ModelPack.IO.Output;

namespace ModelPack.Models;

/// <summary>
/// What lies in the sub-folders of a Hugging Face folder. Companions belong to the model, such as <c>1_Pooling/config.json</c>
/// (hf-companions.md §5.1), and so do the weights of a folder that modules.json names. Hidden folders, links to folders and other folders
/// with weights of their own do not, whatever lies below them.
/// </summary>
internal sealed class Subfolders
{
    /// <summary>Companions in sub-folders that one model may have.</summary>
    public const int MaximumFiles = 1000;

    private const int MaximumCounted = 100_000;

    private readonly string root;
    private readonly HashSet<string> modules;
    private int counted;

    private Subfolders(string root)
    {
        this.root = root;
        modules = [.. ModelModules.Of(root).Select(module => module.Path)];
    }

    /// <summary>Full paths of the companions.</summary>
    public List<string> Companions { get; } = [];

    /// <summary>What does not belong to the model, each with the reason.</summary>
    public List<LeftOutFile> LeftOut { get; } = [];

    /// <exception cref="ModelFormatException">A companion cannot be carried.</exception>
    public static Subfolders Of(string folder)
    {
        Subfolders found = new(folder);
        foreach (string subfolder in Sorted(
            Directory.EnumerateDirectories(folder).Where(path => !OutputTarget.IsTemporaryName(Path.GetFileName(path)))))
        {
            found.Visit(subfolder, depth: 1);
        }

        return found;
    }

    private void Visit(string folder, int depth)
    {
        string[] files = [.. Sorted(Directory.EnumerateFiles(folder))];
        bool isModule = modules.Contains(MemberName.Within(root, folder));
        if (ReasonToLeaveOut(folder, files, isModule) is { } reason)
        {
            LeftOut.Add(new(MemberName.Within(root, folder) + "/", IsLink(folder) ? 0 : Size(new(folder)), reason) { IsPart = isModule });
            return;
        }

        if (depth > MemberName.MaximumDepth)
        {
            throw Refused(folder, $"the sub-folder lies more than {MemberName.MaximumDepth} deep");
        }

        foreach (string file in files)
        {
            Add(file, isModule);
        }

        foreach (string subfolder in Sorted(Directory.EnumerateDirectories(folder)))
        {
            Visit(subfolder, depth + 1);
        }
    }

    private void Add(string file, bool isModule)
    {
        string name = MemberName.Within(root, file);
        bool isPart = isModule && ModelModules.IsLoaded(file);
        long length = new FileInfo(file).Length;
        if (isPart && length > ModelLocation.MaximumCompanionBytes)
        {
            LeftOut.Add(
                new(name, length, $"larger than the {ModelLocation.MaximumCompanionBytes >> 20} MiB that are carried of a module")
                {
                    IsPart = true,
                });
            return;
        }

        if (!isPart && !ModelLocation.IsCompanion(file))
        {
            LeftOut.Add(new(name, length, null));
            return;
        }

        if (!MemberName.IsLegal(name))
        {
            throw Refused(file, "the name cannot be used on every system");
        }

        if (Companions.Count == MaximumFiles)
        {
            throw Refused(file, $"the sub-folders hold more than {MaximumFiles} companions");
        }

        Companions.Add(file);
    }

    private static string? ReasonToLeaveOut(string folder, string[] files, bool isModule) =>
        Path.GetFileName(folder).StartsWith('.') ? "hidden"
        : IsLink(folder) ? "a link"
        : !isModule && files.Any(MemberName.IsWeights) ? "it holds weights of its own"
        : null;

    private static bool IsLink(string folder) => new DirectoryInfo(folder).LinkTarget is not null;

    // A cache can hold any number of files; what is left out need not be known to the last byte.
    private long Size(DirectoryInfo folder)
    {
        EnumerationOptions all = new()
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
            IgnoreInaccessible = true,
        };
        long size = 0;
        foreach (FileInfo file in folder.EnumerateFiles("*", all))
        {
            if (++counted > MaximumCounted)
            {
                break;
            }

            size += file.Length;
        }

        return size;
    }

    private static IOrderedEnumerable<string> Sorted(IEnumerable<string> paths) => paths.Order(StringComparer.Ordinal);

    private static ModelFormatException Refused(string path, string why) =>
        new(ModelSetErrors.CompanionInSubfolder, why) { FilePath = path };
}
