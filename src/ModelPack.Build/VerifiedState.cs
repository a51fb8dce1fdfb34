using System.Collections.Immutable;

namespace ModelPack.Build;

/// <summary>What was there when a model was found to be sound.</summary>
/// <param name="Tool">The program that looked.</param>
/// <param name="Options">What was asked for.</param>
/// <param name="SourcePath">The model.</param>
/// <param name="Source">Its files.</param>
/// <param name="Against">The files that it was compared with; none if it was not.</param>
internal sealed record VerifiedState(
    string Tool, string Options, string SourcePath, ImmutableArray<FileRecord> Source, ImmutableArray<FileRecord> Against)
{
    private const string FirstLine = "modelpack verified 1";

    public string Format() => StateText.Write([FirstLine, Tool, Options, SourcePath], Source, Against);

    public static VerifiedState? Parse(string text) =>
        StateText.Read(text, texts: 4, lists: 2) is { } read && read.Texts[0] == FirstLine
            ? new(read.Texts[1], read.Texts[2], read.Texts[3], read.Lists[0], read.Lists[1])
            : null;

    /// <summary>True if the same is asked for, and nothing has changed.</summary>
    public bool Holds(VerificationRequest request) =>
        Tool == ToolVersion.Text && Options == request.OptionsText && SourcePath == request.Source
        && SourceFiles.AreUnchanged(request.Source, request.Scope, Source)
        && Against.SequenceEqual(ModelCheck.FilesOfAgainst(request));
}
