using Microsoft.Build.Framework;

namespace ModelPack.Build;

/// <summary>Checks the items <c>ModelVerify</c> of a project. Called by ModelPack.Build.targets, which hands over absolute paths.</summary>
[MSBuildMultiThreadableTask]
public sealed class VerifyModelItems : ModelTask
{
    /// <summary>The items.</summary>
    [Required]
    public ITaskItem[] Models { get; set; } = [];

    /// <summary>Folder of the project, absolute.</summary>
    [Required]
    public string ProjectDirectory { get; set; } = "";

    /// <summary>Folder of the state files, absolute.</summary>
    [Required]
    public string OutputDirectory { get; set; } = "";

    /// <summary>Items that the build which all frameworks share has just looked at, warnings included.</summary>
    public ITaskItem[] Reported { get; set; } = [];

    private protected override bool Run()
    {
        var reader = new VerificationReader(ProjectDirectory, Path.GetFullPath(OutputDirectory, ProjectDirectory));
        return RunEach(
            KnownMetadata.ModelVerify, Models, Reported, ProjectDirectory,
            present => reader.ReadAll(present, text => Say(MessageImportance.Normal, text)),
            request => TryWork(request.Source, () => Verify(request)) is { Count: 0 });
    }

    private IReadOnlyList<ModelPackException> Verify(VerificationRequest request)
    {
        if (request.Verify == VerifyMode.None)
        {
            Say(MessageImportance.Low, $"{request.Source} is not verified: Verify is None.");
            return [];
        }

        using StateFile file = StateFile.Open(
            request.State, () => Say(MessageImportance.High, $"Waiting for another build that verifies '{request.Source}'."), Cancellation);
        if (VerifiedState.Parse(file.Read())?.Holds(request) == true)
        {
            Say(MessageImportance.Low, $"{request.Source} is as it was when it was verified.");
            return [];
        }

        file.Clear();
        VerifiedState state = ModelCheck.Observe(request);
        IReadOnlyList<ModelPackException> findings = ModelCheck.Run(request, Note, Cancellation);
        if (findings.Count == 0)
        {
            file.Write(state.Format());
            Say(MessageImportance.High,
                $"{Path.GetFileName(request.Source)} verified{(request.Verify == VerifyMode.Structural ? " (structure only)" : "")}");
        }

        foreach (ModelPackException finding in findings)
        {
            LogError(finding);
        }

        return findings;
    }
}
