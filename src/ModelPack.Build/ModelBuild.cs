using System.Runtime.CompilerServices;

namespace ModelPack.Build;

/// <summary>What was found to be done for a model.</summary>
internal enum BuildOutcome
{
    /// <summary>Nothing: sizes, times and options are those of the last build.</summary>
    UpToDate,

    /// <summary>A time had changed, the bytes had not: hashed, and the state renewed.</summary>
    Rehashed,

    /// <summary>Converted and proved.</summary>
    Converted,
}

/// <summary>
/// The build of one model. This class decides by the state file alone; the codec is used in <see cref="ModelUpdate"/> only, so that a build in which
/// nothing changed neither loads the codec nor opens a model.
/// </summary>
internal static class ModelBuild
{
    public static (BuildOutcome Outcome, ModelState State) Run(ConversionRequest request, BuildContext context)
    {
        using StateFile file = StateFile.Open(
            request.State, () => context.Log($"Waiting for another build that converts to '{request.Output}'."), context.Cancellation);
        ModelState? known = ModelState.Parse(file.Read());
        BuildOutcome outcome = BuildOutcome.UpToDate;
        if (known is null || !IsUpToDate(request, known))
        {
            (outcome, known) = Update(request, file, known, context);
        }

        if (known.IsFolder)
        {
            context.Claim(request);
        }

        CheckCopies(request, known, context);
        return (outcome, known);
    }

    private static bool IsUpToDate(ConversionRequest request, ModelState known) =>
        known.IsOf(request)
        && (request.ExpectedHash.Length == 0 || request.ExpectedHash == known.SourceHash)
        && FileRecord.AreUnchanged(request.Source, known.Source)
        && (request.Check == OutputCheck.None
            ? known.Output.All(file => File.Exists(file.In(known.Folder))) && File.Exists(known.CertificatePath)
            : FileRecord.AreUnchanged(known.Target, known.Output) && FileStamp.Of(known.CertificatePath) == known.Certificate.Stamp);

    /// <summary>Only a copy under PreserveNewest can outlive a change: it is newer than its original and would not be written again.</summary>
    private static void CheckCopies(ConversionRequest request, ModelState known, BuildContext context)
    {
        if (context.CopyDirectory.Length == 0 || request.CopyToOutputDirectory != "preservenewest" || request.Check != OutputCheck.Strict)
        {
            return;
        }

        foreach (FileRecord file in known.Output)
        {
            string copy = Path.GetFullPath(known.IsFolder ? Path.Combine(request.FolderLink, file.Name) : request.Link, context.CopyDirectory);
            if (FileStamp.Of(copy) is { Exists: true } stamp && stamp != file.Stamp && stamp.Ticks >= file.Stamp.Ticks)
            {
                CheckCopy(known, file, copy, context.Cancellation);
            }
        }
    }

    // Not inlined: the codec is loaded when a method that mentions it is compiled.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (BuildOutcome Outcome, ModelState State) Update(ConversionRequest request, StateFile file, ModelState? known, BuildContext context) =>
        ModelUpdate.Run(request, file, known, context);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CheckCopy(ModelState known, FileRecord file, string copy, CancellationToken cancellation) =>
        ProvedOutput.CheckCopy(known, file, copy, cancellation);
}
