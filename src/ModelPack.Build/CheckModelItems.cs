using Microsoft.Build.Framework;
using ModelPack.Packaging.Manifests;

namespace ModelPack.Build;

/// <summary>
/// The gate before the gate: a build that was to look at models and looks at none is not green. Called by ModelPack.Build.targets before
/// anything is verified or converted.
/// </summary>
[MSBuildMultiThreadableTask]
public sealed class CheckModelItems : ModelTask
{
    private const string Package = "ModelPack.Build";

    /// <summary>All items ModelConvert and ModelVerify.</summary>
    public ITaskItem[] Models { get; set; } = [];

    /// <summary>The project file.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>True if the project file itself references the package, so that it has to use it.</summary>
    public bool IsReferenced { get; set; }

    /// <summary>True in the build of one of several target frameworks, or in that of all: the items of the others count too.</summary>
    public string TargetFrameworks { get; set; } = "";

    /// <summary>NuGet's list of what it restored, for all target frameworks.</summary>
    public string AssetsFile { get; set; } = "";

    private protected override bool Run() => TryDo(Check) && !Log.HasLoggedErrors;

    private void Check()
    {
        Places = new("", [], Path.GetDirectoryName(ProjectFile)!);
        using var evaluation = new Evaluated(this);
        ItemPatterns patterns = new(ProjectFile, Models, () => evaluation.Project);
        bool isEmpty = false;
        foreach (EmptyPattern empty in patterns.Empty())
        {
            LogError(
                new(BuildErrors.NothingMatched, $"{empty.Item} Include=\"{empty.Pattern}\" matches no file") { FilePath = ProjectFile },
                empty.Line, empty.Column);
            isEmpty = true;
        }

        if (!isEmpty && Models.Length == 0 && IsReferenced && !patterns.HasOptional() && !HasPackagedModel()
            && !IsUsedElsewhere(evaluation.Project))
        {
            LogError(
                new(BuildErrors.NoModels, "the project has no item ModelConvert or ModelVerify") { FilePath = ProjectFile },
                patterns.LineOfReference(Package));
        }
    }

    // The build of all frameworks sees no package. A look at what was restored for one of them is cheaper than an evaluation for each.
    private bool HasPackagedModel() =>
        File.Exists(AssetsFile) && File.ReadAllText(AssetsFile).Contains($"\"{PackageManifest.Entry}\"", StringComparison.Ordinal);

    private bool IsUsedElsewhere(IProjectEvaluation? project) => project is not null
        && (project.HasTargetWith(ItemPatterns.Types)
            || project.GetsItems(ItemPatterns.Types)
            || TargetFrameworks.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Any(framework => project.HasItems(framework, ItemPatterns.Types)));

    /// <summary>The evaluation of the project, made when it is asked for.</summary>
    private sealed class Evaluated(CheckModelItems task) : IDisposable
    {
        private bool isKnown;
        private ProjectEvaluation? project;

        public IProjectEvaluation? Project
        {
            get
            {
                if (!isKnown)
                {
                    isKnown = true;
                    project = task.BuildEngine is IBuildEngine6 engine
                        ? ProjectEvaluation.Of(task.ProjectFile, engine.GetGlobalProperties())
                        : null;
                    if (project is null)
                    {
                        task.Say(
                            MessageImportance.Normal,
                            $"{task.ProjectFile} cannot be evaluated here: patterns with properties and conditions are not checked.");
                    }
                }

                return project;
            }
        }

        public void Dispose() => project?.Dispose();
    }
}
