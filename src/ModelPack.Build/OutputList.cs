namespace ModelPack.Build;

/// <summary>
/// The outputs of a project's last build, by their places, so that those of items that are gone can go too. Each target framework has a
/// list of its own, since its items may have conditions; an output stays as long as any list has it.
/// </summary>
/// <remarks>The list lies below obj, where anybody can have written it. It leads to no file outside that folder, unless an item of today
/// names the folder by its OutputPath.</remarks>
internal sealed class OutputList(string outputDirectory, string name)
{
    private const string Ending = ".modelpack.items";

    private readonly string directory = Path.GetFullPath(outputDirectory);

    private string File => Path.Combine(directory, name + Ending);

    /// <summary>Removes what the last list has and no item of today, and writes the new list.</summary>
    /// <param name="requests">The items of today.</param>
    /// <param name="warn">Told of an output that may not be deleted.</param>
    public void Renew(IReadOnlyCollection<ConversionRequest> requests, Action<ModelPackException> warn)
    {
        List<ListedOutput> current = [.. requests.Select(request => new ListedOutput(request.Output, request.FolderOutput))];
        HashSet<string> kept = new(current.Concat(Others()).Select(output => output.Output), SafePath.Comparer);
        HashSet<string> named = new(
            requests.Where(request => request.OutsideList is not null).Select(request => Path.GetDirectoryName(request.Output)!),
            SafePath.Comparer);
        ListedOutput[] old = [.. Read(File).Where(output => !kept.Contains(output.Output))];
        List<ListedOutput> left = [.. old.Where(output => !MayRemove(output, named) && output.Exists)];
        foreach (ListedOutput output in old.Except(left).Where(output => MayRemove(output, named)))
        {
            output.Remove(SafePath.IsIn(directory, output.Output) ? directory : Path.GetDirectoryName(output.Output)!);
        }

        Write([.. current, .. left]);
        foreach (ListedOutput output in left)
        {
            warn(new(
                BuildErrors.StaleOutput, "no item makes this file any more, and none names its folder, so that the build may not delete it")
                {
                    FilePath = output.Output,
                });
        }
    }

    /// <summary>Removes everything that lies in the folder of outputs, and the list.</summary>
    public void Clear()
    {
        foreach (ListedOutput output in Read(File).Where(output => SafePath.IsIn(directory, output.Output)))
        {
            output.Remove(directory);
        }

        System.IO.File.Delete(File);
    }

    /// <summary>The names of all lists of a project.</summary>
    public static IEnumerable<string> NamesOf(string outputDirectory, string project) =>
        !Directory.Exists(outputDirectory) ? [] : Directory.EnumerateFiles(outputDirectory, "*" + Ending)
        .Select(path => Path.GetFileName(path)[..^Ending.Length])
        .Where(list => list == project || list.StartsWith(project + ".", StringComparison.Ordinal));

    private bool MayRemove(ListedOutput output, HashSet<string> named) =>
        SafePath.IsIn(directory, output.Output) ? SafePath.IsIn(directory, output.FolderOutput)
        : named.Contains(Path.GetDirectoryName(output.Output)!)
        && named.Contains(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(output.FolderOutput))!);

    private IEnumerable<ListedOutput> Others() => Directory.Exists(directory)
        ? Directory.EnumerateFiles(directory, "*" + Ending).Where(path => !SafePath.Comparer.Equals(path, File)).SelectMany(Read)
        : [];

    private IEnumerable<ListedOutput> Read(string path) => System.IO.File.Exists(path)
        ? System.IO.File.ReadAllLines(path).Select(line => ListedOutput.Parse(line, directory)).OfType<ListedOutput>()
        : [];

    private void Write(IReadOnlyCollection<ListedOutput> outputs)
    {
        string[] lines = [.. outputs.Select(output => output.Format(directory)).Order(StringComparer.Ordinal)];
        if (lines.Length == 0)
        {
            System.IO.File.Delete(File);
        }
        else if (!System.IO.File.Exists(File) || !System.IO.File.ReadAllLines(File).SequenceEqual(lines))
        {
            Directory.CreateDirectory(directory);
            System.IO.File.WriteAllLines(File, lines);
        }
    }
}
