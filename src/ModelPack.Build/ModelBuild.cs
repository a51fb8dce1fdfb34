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
/// The build of one model. This class decides by the state file and by names, sizes and times alone: a build in which nothing changed reads
/// no model, at most the index of its shards.
/// </summary>
internal static class ModelBuild
{
    public static (BuildOutcome Outcome, ModelState State) Run(ConversionRequest request, BuildContext context)
    {
        context.Claim(request, [request.Output]);
        using StateFile file = StateFile.Open(
            request.State, () => context.Log($"Waiting for another build that converts to '{request.Output}'."), context.Cancellation);
        ModelState? known = ModelState.Parse(file.Read(), request.Output, request.FolderOutput);
        BuildOutcome outcome = BuildOutcome.UpToDate;
        if (known?.IsOf(request) == true)
        {
            Claim(request, known, context);
        }

        if (known is null || !IsUpToDate(request, known))
        {
            (outcome, known) = ModelUpdate.Run(request, file, known, context);
        }

        Claim(request, known, context);
        if (outcome != BuildOutcome.Converted)
        {
            OutputWarnings.Check(request, known, context);
        }

        CheckCopies(request, known, context);
        return (outcome, known);
    }

    private static void Claim(ConversionRequest request, ModelState known, BuildContext context) =>
        context.Claim(request, known.IsFolder ? [known.Target] : known.Output.Select(known.PathOf));

    private static bool IsUpToDate(ConversionRequest request, ModelState known) =>
        known.IsOf(request)
        && (request.ExpectedHash.Length == 0 || request.ExpectedHash == known.Pinned)
        && SourceFiles.AreUnchanged(request.Source, request.Scope, known.Source)
        && (request.Verify == VerifyMode.None
            ? known.Output.All(file => File.Exists(known.PathOf(file))) && File.Exists(known.CertificatePath)
            : FileRecord.AreUnchanged(known.Target, known.Output) && FileStamp.Of(known.CertificatePath) == known.Certificate.Stamp);

    /// <summary>Only a copy under PreserveNewest can outlive a change: it is newer than its original and would not be written
    /// again.</summary>
    private static void CheckCopies(ConversionRequest request, ModelState known, BuildContext context)
    {
        if (context.CopyDirectory.Length == 0 || request.CopyToOutputDirectory != "preservenewest" || request.Verify != VerifyMode.Strict)
        {
            return;
        }

        foreach (FileRecord file in known.Output.Where(file => request.CopiesSideFile || !known.IsSideFile(file)))
        {
            string copy = Path.GetFullPath(known.LinkOf(file, request), context.CopyDirectory);
            if (FileStamp.Of(copy) is { Exists: true } stamp && !stamp.IsOfCopy(file.Stamp) && stamp.Ticks >= file.Stamp.Ticks)
            {
                ProvedOutput.CheckCopy(
                    known, file, Path.GetFullPath(known.LinkOfModel(request), context.CopyDirectory), copy, context.Cancellation);
            }
        }
    }
}
