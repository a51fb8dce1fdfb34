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
    public static BuildOutcome Run(ConversionRequest request, string copyDirectory, Action<string> log, CancellationToken cancellation)
    {
        using StateFile state = StateFile.Open(request.State, () => log($"Waiting for another build that converts to '{request.Output}'."), cancellation);
        ModelState? known = state.Read();
        BuildOutcome outcome = BuildOutcome.UpToDate;
        if (known is null || !IsUpToDate(request, known))
        {
            (outcome, known) = Update(request, state, known, cancellation);
        }

        string copy = CopyToCheck(request, copyDirectory);
        if (copy.Length > 0 && FileStamp.Of(copy) is { Exists: true } stamp && stamp != known.Output && stamp.Ticks >= known.Output.Ticks)
        {
            CheckCopy(request, copy, known, cancellation);
        }

        return outcome;
    }

    private static bool IsUpToDate(ConversionRequest request, ModelState known) =>
        known.IsOf(request)
        && (request.ExpectedHash.Length == 0 || request.ExpectedHash == known.SourceHash)
        && known.Source == FileStamp.Of(request.Source)
        && known.Output == FileStamp.Of(request.Output)
        && known.Certificate == FileStamp.Of(request.Certificate);

    /// <summary>Only a copy under PreserveNewest can outlive a change: it is newer than its original and would not be written again.</summary>
    private static string CopyToCheck(ConversionRequest request, string copyDirectory) =>
        copyDirectory.Length > 0 && request.CopyToOutputDirectory == "preservenewest" ? Path.GetFullPath(request.Link, copyDirectory) : "";

    // Not inlined: the codec is loaded when a method that mentions it is compiled.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (BuildOutcome Outcome, ModelState State) Update(
        ConversionRequest request, StateFile state, ModelState? known, CancellationToken cancellation) =>
        ModelUpdate.Run(request, state, known, cancellation);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CheckCopy(ConversionRequest request, string copy, ModelState known, CancellationToken cancellation) =>
        ModelUpdate.CheckCopy(request, copy, known, cancellation);
}
