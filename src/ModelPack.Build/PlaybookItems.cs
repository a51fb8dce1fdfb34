using Microsoft.Build.Framework;
using ModelPack.Qa;

namespace ModelPack.Build;

/// <summary>Reads the metadata of the items <c>ModelPackQa</c>.</summary>
internal sealed class PlaybookItems(string projectDirectory, string outputDirectory)
{
    private static readonly string[] Endings = [".yaml", ".yml", ".playbook"];

    /// <summary>Reads all items; two that write to one folder are refused.</summary>
    /// <param name="items">The items.</param>
    /// <param name="say">Hears which optional models are not there.</param>
    public IReadOnlyList<PlaybookRequest> ReadAll(IEnumerable<ITaskItem> items, Action<string> say)
    {
        Dictionary<string, PlaybookRequest> requests = new(SafePath.Comparer);
        foreach (ITaskItem item in items)
        {
            if (Read(item, say) is { } request && !requests.TryAdd(request.Output, request))
            {
                PlaybookRequest other = requests[request.Output];
                throw new ModelPackException(
                    QaErrors.OneFolder,
                    $"it would write to '{request.Output}', as '{Path.GetFileName(other.Playbook)}' does for '{other.Model}'")
                    {
                        FilePath = request.Playbook,
                    };
            }
        }

        return [.. requests.Values];
    }

    private PlaybookRequest? Read(ITaskItem item, Action<string> say)
    {
        string playbook = Path.GetFullPath(item.ItemSpec, projectDirectory);
        string named = SafePath.WithSeparators(item.GetMetadata("ModelPath").Trim());
        if (named.Length == 0)
        {
            throw new ModelPackException(QaErrors.NoModelPath, $"ModelPackQa Include=\"{item.ItemSpec}\" has no ModelPath")
            {
                FilePath = playbook,
            };
        }

        string model = Path.TrimEndingDirectorySeparator(Path.GetFullPath(named, projectDirectory));
        if (!File.Exists(model) && !Directory.Exists(model))
        {
            if (!ItemMetadata.IsOptional(item))
            {
                throw new ModelPackException(QaErrors.NoModel, $"there is no model '{named}'") { FilePath = playbook };
            }

            say($"'{named}' does not exist, and is optional.");
            return null;
        }

        string output = SafePath.WithSeparators(item.GetMetadata("OutputPath").Trim());
        return new(
            playbook, model, item.GetMetadata("Runner").Trim(),
            Path.TrimEndingDirectorySeparator(
                output.Length > 0
                    ? Path.GetFullPath(output, projectDirectory)
                    : Path.Combine(outputDirectory, "qa", NameOf(playbook), Path.GetFileName(model))));
    }

    private static string NameOf(string playbook)
    {
        string name = Path.GetFileName(playbook);
        return Endings.Aggregate(
            name, (rest, ending) => rest.Length > ending.Length && rest.EndsWith(ending, StringComparison.OrdinalIgnoreCase)
                ? rest[..^ending.Length]
                : rest);
    }
}
