using Microsoft.Build.Evaluation;
using Microsoft.Build.Exceptions;
using Microsoft.Build.Execution;

namespace ModelPack.Build;

/// <summary>What the engine knows of a project and does not tell a task: properties, conditions, targets, other target
/// frameworks.</summary>
internal interface IProjectEvaluation
{
    /// <summary>A text with its properties replaced.</summary>
    string Expand(string text);

    /// <summary>True if a condition holds.</summary>
    bool Holds(string condition);

    /// <summary>The default of an item type for a metadata name, or an empty text.</summary>
    string Default(string itemType, string metadata);

    /// <summary>True if a target of the project calls a task or makes items of one of these names. Targets of our own package do not
    /// count.</summary>
    bool HasTargetWith(IReadOnlyCollection<string> names);

    /// <summary>True if the project has items of one of these types for a target framework.</summary>
    bool HasItems(string framework, IReadOnlyCollection<string> types);

    /// <summary>True if one of the projects that it references has some: their outputs are copied to its own.</summary>
    bool GetsItems(IReadOnlyCollection<string> types);
}

/// <summary>
/// Evaluates the project a second time, with the engine's own evaluator. That costs a third of a second or so, and is done only where a
/// build looks as if it had to fail.
/// </summary>
internal sealed class ProjectEvaluation : IProjectEvaluation, IDisposable
{
    private readonly ProjectCollection projects = new();
    private readonly string path;
    private readonly IReadOnlyDictionary<string, string> properties;
    private readonly ProjectInstance project;

    private ProjectEvaluation(string path, IReadOnlyDictionary<string, string> properties)
    {
        (this.path, this.properties) = (path, properties);
        project = Evaluate([]);
    }

    /// <summary>Evaluates a project.</summary>
    /// <param name="path">The project file.</param>
    /// <param name="properties">The global properties of the build.</param>
    /// <returns>Null where that is not possible here.</returns>
    public static ProjectEvaluation? Of(string path, IReadOnlyDictionary<string, string> properties)
    {
        try
        {
            return new(path, properties);
        }
        catch (Exception exception) when (exception is InvalidProjectFileException or IOException)
        {
            return null;
        }
    }

    public string Expand(string text) => project.ExpandString(text);

    public bool Holds(string condition) => condition.Trim().Length == 0 || project.EvaluateCondition(condition);

    public string Default(string itemType, string metadata) =>
        project.ItemDefinitions.TryGetValue(itemType, out ProjectItemDefinitionInstance? definition)
        ? definition.GetMetadata(metadata)?.EvaluatedValue ?? ""
        : "";

    public bool HasTargetWith(IReadOnlyCollection<string> names) => project.Targets.Values
        .Where(target => !Path.GetFileName(target.Location.File).StartsWith("ModelPack.Build.", StringComparison.OrdinalIgnoreCase))
        .SelectMany(target => target.Children)
        .Any(child => child switch
        {
            ProjectTaskInstance task => names.Contains(task.Name.Split('.')[^1], StringComparer.OrdinalIgnoreCase),
            ProjectItemGroupTaskInstance group =>
                group.Items.Any(item => item.Include.Length > 0 && names.Contains(item.ItemType, StringComparer.OrdinalIgnoreCase)),
            _ => false,
        });

    public bool HasItems(string framework, IReadOnlyCollection<string> types)
    {
        ProjectInstance other = Evaluate(new() { ["TargetFramework"] = framework });
        return types.Any(type => other.GetItems(type).Count > 0);
    }

    public bool GetsItems(IReadOnlyCollection<string> types)
    {
        HashSet<string> seen = new([path], SafePath.Comparer);
        Queue<ProjectInstance> pending = new([project]);
        while (pending.TryDequeue(out ProjectInstance? project))
        {
            foreach (string path in project.GetItems("ProjectReference")
                .Select(reference => Path.GetFullPath(SafePath.WithSeparators(reference.EvaluatedInclude), project.Directory)))
            {
                if (!seen.Add(path) || !File.Exists(path))
                {
                    continue;
                }

                if (TryEvaluate(path) is not { } other)
                {
                    continue;
                }

                if (types.Any(type => other.GetItems(type).Count > 0))
                {
                    return true;
                }

                pending.Enqueue(other);
            }
        }

        return false;
    }

    // What makes this build one of a framework or a runtime is not that of another project. One of another kind may be none that can be
    // evaluated here.
    private ProjectInstance? TryEvaluate(string path)
    {
        try
        {
            return new(
                path,
                properties.Where(property => property.Key is "Configuration" or "Platform").ToDictionary(StringComparer.OrdinalIgnoreCase),
                toolsVersion: null,
                projects);
        }
        catch (InvalidProjectFileException)
        {
            return null;
        }
    }

    public void Dispose() => projects.Dispose();

    private ProjectInstance Evaluate(Dictionary<string, string> more) =>
        new(path, properties.Where(property => !more.ContainsKey(property.Key)).Concat(more).ToDictionary(StringComparer.OrdinalIgnoreCase),
            toolsVersion: null, projects);
}
