using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.IO.Output;

namespace ModelPack.Codec;

/// <summary>
/// What lies in the sub-folders of a Hugging Face folder. Companions belong to the model, such as <c>1_Pooling/config.json</c> (hf-companions.md §5.1). Hidden folders,
/// links to folders and folders with weights of their own do not, whatever lies below them.
/// </summary>
internal sealed class Subfolders
{
    /// <summary>Companions in sub-folders that one model may have.</summary>
    public const int MaximumFiles = 1000;

    private readonly string root;

    private Subfolders(string root) => this.root = root;

    /// <summary>Full paths of the companions.</summary>
    public List<string> Companions { get; } = [];

    /// <summary>What does not belong to the model, each with the reason.</summary>
    public List<string> LeftOut { get; } = [];

    /// <exception cref="ModelFormatException">A companion cannot be carried.</exception>
    public static Subfolders Of(string folder)
    {
        Subfolders found = new(folder);
        foreach (string subfolder in Sorted(Directory.EnumerateDirectories(folder).Where(path => !OutputTarget.IsTemporaryName(Path.GetFileName(path)))))
        {
            found.Visit(subfolder, depth: 1);
        }

        return found;
    }

    private void Visit(string folder, int depth)
    {
        string[] files = [.. Sorted(Directory.EnumerateFiles(folder))];
        if (ReasonToLeaveOut(folder, files) is { } reason)
        {
            LeftOut.Add($"'{MemberName.Within(root, folder)}/' ({reason})");
            return;
        }

        if (depth > MemberName.MaximumDepth)
        {
            throw Refused(folder, $"the sub-folder lies more than {MemberName.MaximumDepth} deep");
        }

        foreach (string file in files)
        {
            Add(file);
        }

        foreach (string subfolder in Sorted(Directory.EnumerateDirectories(folder)))
        {
            Visit(subfolder, depth + 1);
        }
    }

    private void Add(string file)
    {
        string name = MemberName.Within(root, file);
        if (!ModelLocation.IsCompanion(file))
        {
            LeftOut.Add($"'{name}'");
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

    private static string? ReasonToLeaveOut(string folder, string[] files) =>
        Path.GetFileName(folder).StartsWith('.') ? "hidden"
        : new DirectoryInfo(folder).LinkTarget is not null ? "a link"
        : files.Any(MemberName.IsWeights) ? "it holds weights of its own"
        : null;

    private static IOrderedEnumerable<string> Sorted(IEnumerable<string> paths) => paths.Order(StringComparer.Ordinal);

    private static ModelFormatException Refused(string path, string why) => new(ModelSetErrors.CompanionInSubfolder, why, 0) { FilePath = path };
}
