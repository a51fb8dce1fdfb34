using System.Collections.Immutable;
using Microsoft.Build.Framework;
using ModelPack.Qa.Evidence;
using ModelPack.Qa.Gates;
using ModelPack.Qa.Reports;

namespace ModelPack.Build;

/// <summary>Runs the playbooks of the items <c>ModelPackQa</c>. Called by ModelPack.Build.targets, which hands over absolute
/// paths.</summary>
[MSBuildMultiThreadableTask]
public sealed class QualifyModelItems : ModelTask
{
    private const int MostErrors = 20;

    /// <summary>The items.</summary>
    [Required]
    public ITaskItem[] Playbooks { get; set; } = [];

    /// <summary>Folder of the project, absolute.</summary>
    [Required]
    public string ProjectDirectory { get; set; } = "";

    /// <summary>Folder of the state files and of evidence that has no other place, absolute.</summary>
    [Required]
    public string OutputDirectory { get; set; } = "";

    /// <summary>Items that the build which all frameworks share has just looked at, warnings included.</summary>
    public ITaskItem[] Reported { get; set; } = [];

    private protected override bool Run()
    {
        PlaybookItems reader = new(ProjectDirectory, Path.GetFullPath(OutputDirectory, ProjectDirectory));
        return RunEach(
            KnownMetadata.ModelPackQa, Playbooks, Reported, ProjectDirectory,
            present => reader.ReadAll(present, text => Say(MessageImportance.High, text)),
            request => TryWork(request.Playbook, () => Qualify(request)) is { Count: 0 });
    }

    private IReadOnlyList<GateEvidence> Qualify(PlaybookRequest request)
    {
        string name = $"{Path.GetFileName(request.Playbook)} on {Path.GetFileName(request.Model)}";
        using StateFile file = StateFile.Open(
            request.StateIn(Path.GetFullPath(OutputDirectory, ProjectDirectory)),
            () => Say(MessageImportance.High, $"Waiting for another build that runs {name}."), Cancellation);
        QualifiedState before = request.Observe();
        if (file.Read() == before.Format())
        {
            Say(MessageImportance.Low, $"{name}: nothing has changed since its gates were looked at.");
            return [];
        }

        file.Clear();
        ImmutableArray<GateEvidence> evidence = QaRun.Run(
            new(request.Playbook, request.Model)
            {
                Runner = request.Runner.Length == 0 ? null : request.Runner, RunnerFolder = ProjectDirectory,
            },
            one => Say(MessageImportance.Normal, $"{one.Outcome} {one.Gate} ({one.Subject}): {one.Reason}"), Cancellation);
        QaReports.Write(request.Output, evidence, $"ModelPack {ToolVersion.Text}");
        GateEvidence[] failures = [.. evidence.Where(one => one.IsFailure)];
        foreach (GateEvidence failure in failures.Take(MostErrors))
        {
            ModelPackException error = failure.ToError();
            error.FilePath = request.Playbook;
            LogError(error);
        }

        if (failures.Length == 0)
        {
            // The model as it was before it was read, the reports as they are now.
            file.Write((before with { Reports = request.Observe().Reports }).Format());
        }

        Say(MessageImportance.High, $"{name}: {MarkdownReport.Summary(evidence)} {request.Output}");
        return failures;
    }
}
