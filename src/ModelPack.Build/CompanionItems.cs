using ModelPack.Models;

namespace ModelPack.Build;

/// <summary>
/// Items that are files of the model that another item names. A pattern like <c>models/qwen/*</c> matches weights, configuration, tokenizer
/// and licence, and they are one model.
/// </summary>
/// <param name="all">The paths of all items that mean a model.</param>
/// <param name="byFolder">The same by the folders that they lie in.</param>
/// <param name="filesOf">The files of the model that a path means; null if something is wrong with it.</param>
internal sealed class CompanionItems(HashSet<string> all, ILookup<string, string> byFolder, Func<string, HashSet<string>?> filesOf)
{
    private const string WeightsEnding = ".safetensors";
    private const int MaximumNamed = 3;

    private static readonly string[] ModelEndings = [WeightsEnding, PartName.IndexEnding, ".gguf", ".apr"];

    private readonly SortedDictionary<string, List<string>> taken = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<string>> leftOut = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> readFolders = new(StringComparer.Ordinal);

    /// <summary>True if the file is a part of the model of another item, or lies unread in the folder that one means: a checkpoint in
    /// another format, say. What may be a model itself is one, unless an item before it means the same set.</summary>
    public bool Take(string path)
    {
        bool isModel = ModelEndings.Any(ending => HasEnding(path, ending));
        if (isModel)
        {
            return HasEnding(path, WeightsEnding) && byFolder[Path.GetDirectoryName(path)!]
                .Any(other =>
                    (HasEnding(other, PartName.IndexEnding) || (HasEnding(other, WeightsEnding) && string.CompareOrdinal(other, path) < 0))
                    && filesOf(other)?.Contains(path) == true);
        }

        for (string? folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (ModelsIn(folder).FirstOrDefault(model => filesOf(model)?.Contains(path) == true) is { } model)
            {
                Add(taken, model, path);
                return true;
            }

            if (ReadFolder(folder) is { } whole)
            {
                if (!File.Exists(path) || ModelFiles.FormatOf(path) is not null)
                {
                    return false;
                }

                Add(leftOut, whole, path);
                return true;
            }
        }

        return false;
    }

    /// <summary>What to say of the companions of each model, and of what its folder holds besides.</summary>
    public IEnumerable<string> Texts(string projectDirectory) =>
    [
        .. taken.Select(model => $"{List(model.Value)}: read with '{Path.GetRelativePath(projectDirectory, model.Key)}', and no "
            + (model.Value.Count == 1 ? "model of its own." : "models of their own.")),
        .. leftOut.Select(
            model => $"{List(model.Value)}: no part of '{Path.GetRelativePath(projectDirectory, model.Key)}', and left out."),
    ];

    private static string List(List<string> files) =>
        string.Join(", ", files.Take(MaximumNamed).Select(file => $"'{Path.GetFileName(file)}'"))
            + (files.Count > MaximumNamed ? $" and {files.Count - MaximumNamed} more" : "");

    private static void Add(SortedDictionary<string, List<string>> files, string model, string path) =>
        (files.TryGetValue(model, out List<string>? known) ? known : files[model] = []).Add(path);

    private IEnumerable<string> ModelsIn(string folder)
    {
        IEnumerable<string> models = byFolder[folder].Where(
            other => HasEnding(other, WeightsEnding) || HasEnding(other, PartName.IndexEnding));
        return all.Contains(folder) ? models.Prepend(folder) : models;
    }

    // The item that means the whole folder; null if none does.
    private string? ReadFolder(string folder)
    {
        if (!readFolders.TryGetValue(folder, out string? model))
        {
            model = ModelsIn(folder).FirstOrDefault(model => filesOf(model) is not null && ModelFiles.FolderOf(model) == folder);
            readFolders.Add(folder, model);
        }

        return model;
    }

    private static bool HasEnding(string path, string ending) => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase);
}
