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

    /// <summary>True if the file is a part of the model of another item. What may be a model itself is one, unless an item before it means
    /// the same set.</summary>
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
            IEnumerable<string> models = byFolder[folder].Where(
                other => HasEnding(other, WeightsEnding) || HasEnding(other, PartName.IndexEnding));
            if ((all.Contains(folder) ? models.Prepend(folder) : models).FirstOrDefault(
                model => filesOf(model)?.Contains(path) == true) is { } model)
            {
                (taken.TryGetValue(model, out List<string>? files) ? files : taken[model] = []).Add(path);
                return true;
            }
        }

        return false;
    }

    /// <summary>What to say of the companions of each model.</summary>
    public IEnumerable<string> Texts(string projectDirectory) => taken.Select(model =>
    {
        string[] names = [.. model.Value.Select(file => $"'{Path.GetFileName(file)}'")];
        string list = string.Join(
            ", ", names.Take(MaximumNamed)) + (names.Length > MaximumNamed ? $" and {names.Length - MaximumNamed} more" : "");
        return $"{list}: read with '{Path.GetRelativePath(projectDirectory, model.Key)}', and no model{(names.Length == 1 ? "" : "s")} of "
            + $"{(names.Length == 1 ? "its" : "their")} own.";
    });

    private static bool HasEnding(string path, string ending) => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase);
}
