using ModelPack.Codec.Diagnostics;

namespace ModelPack.Build;

/// <summary>The error catalogue of the build.</summary>
internal static class BuildErrors
{
    /// <summary>Reported by ModelPack.Build.targets, because an old engine cannot load the task.</summary>
    public static readonly ErrorCode OldHost = new(
        "MP4001", "", ErrorKind.Usage, "The build engine is too old.", "Build with `dotnet build`, or update Visual Studio.");

    public static readonly ErrorCode NoTarget = new(
        "MP4002", "", ErrorKind.Usage, "The model has no target format.", "Add To=\"apr\", To=\"gguf\" or To=\"safetensors\" to the item.");

    public static readonly ErrorCode UnknownValue = new(
        "MP4003", "", ErrorKind.Usage, "An option has a value that is not understood.", "Use one of the values that the message lists.");

    public static readonly ErrorCode TwoTargets = new(
        "MP4005", "", ErrorKind.Usage, "To and target name different formats.", "Keep one of them.");

    public static readonly ErrorCode OutputClash = new(
        "MP4006", "", ErrorKind.Usage, "Two models have the same output.", "Give one of them another OutputPath or OutputDirectory; where copies would meet, another Link.");

    public static readonly ErrorCode SourceMissing = new(
        "MP4007", "", ErrorKind.InputOutput, "The source does not exist.", "Correct the path in Include.");

    public static readonly ErrorCode NothingMatched = new(
        "MP4008", "", ErrorKind.Usage, "A pattern matches no file.", "Correct the pattern; it is taken relative to the project's folder.");

    public static readonly ErrorCode UnexpectedSource = new(
        "MP4009", "", ErrorKind.NotProved, "The source is not the expected file.", "Restore the file, or correct ExpectedHash if the new one is wanted.");

    public static readonly ErrorCode OutputChanged = new(
        "MP4010", "", ErrorKind.NotProved, "The output was changed after it was proved.", "Delete the file, or run Clean; the next build converts again.");

    public static readonly ErrorCode CertificateChanged = new(
        "MP4011", "", ErrorKind.NotProved, "The certificate was changed after it was written.",
        "Delete the file, or run Clean; the next build converts again.");

    public static readonly ErrorCode CopyChanged = new(
        "MP4012", "", ErrorKind.NotProved, "The copy in the output folder was changed.", "Delete the file, or run Clean; the next build copies it again.");

    public static readonly ErrorCode FileAccess = new(
        "MP4013", "", ErrorKind.InputOutput, "A file cannot be read or written.", "See to the rights, the space and the path.");

    public static readonly ErrorCode OutputIsSource = new(
        "MP4014", "", ErrorKind.Usage, "The output would replace its source.", "Choose another OutputPath.");

    public static readonly ErrorCode LaterPart = new(
        "MP4015", "", ErrorKind.Usage, "The file is one of several of a model.", "Include the first part of a split, the index of the shards, or the model's folder.");

    public static readonly ErrorCode NotEqual = new(
        "MP4016", "", ErrorKind.NotProved, "The model is not equal to the one in Against.", "Restore the model, or correct Against, Level or Epsilon if this one is wanted.");

    public static readonly ErrorCode Conflict = new(
        "MP4017", "", ErrorKind.Usage, "An option makes no sense without another one, or beside it.", "Set both, or one of them, as the message says.");

    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        OldHost, NoTarget, UnknownValue, TwoTargets, OutputClash, SourceMissing, NothingMatched, UnexpectedSource, OutputChanged,
        CertificateChanged, CopyChanged, FileAccess, OutputIsSource, LaterPart, NotEqual, Conflict,
    ];
}
