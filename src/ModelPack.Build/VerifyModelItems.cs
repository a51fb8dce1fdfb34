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
        Places = new("ModelVerify", Models, ProjectDirectory);
        var reader = new VerificationReader(ProjectDirectory, Path.GetFullPath(OutputDirectory, ProjectDirectory));
        IReadOnlyCollection<ITaskItem>? present = TryRead(() => Present(Models, ProjectDirectory));
        HashSet<string> reported = [.. Reported.Select(item => item.ItemSpec)];
        if (present is null
            || !TryDo(() => WarnOf(KnownMetadata.ModelVerify.Warnings(present.Where(item => !reported.Contains(item.ItemSpec)))))
            || TryRead(() => reader.ReadAll(present, text => Say(MessageImportance.Normal, text))) is not { } requests)
        {
            return false;
        }

        // All models are looked at, so that one build tells everything that is wrong.
        bool sound = true;
        foreach (VerificationRequest request in requests)
        {
            sound &= TryWork(request.Source, () => Verify(request)) is { } findings && findings.Count == 0;
        }

        return sound;
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
