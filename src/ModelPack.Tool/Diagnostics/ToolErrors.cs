namespace ModelPack.Tool.Diagnostics;

/// <summary>The errors that the command line adds to those of the library.</summary>
internal static class ToolErrors
{
    /// <summary>The work was stopped: no error of the catalogue, as nothing has to be mended.</summary>
    public const string CancelledCode = "MP5090";

    /// <summary>A defect of the tool.</summary>
    public const string InternalErrorCode = "MP5099";

    public static readonly ErrorCode CommandLine = new(
        "MP5001", "", ErrorKind.Usage,
        "The command line was not understood.",
        "Add --help to the verb to see its words with examples.");

    public static readonly ErrorCode UnknownEnding = new(
        "MP5002", "", ErrorKind.Usage,
        "The format of the output does not follow from the ending of its name.",
        "Let TARGET end in .gguf, .apr or .safetensors, or add --to gguf, --to apr or --to safetensors; for a folder only --to tells.");

    public static readonly ErrorCode ReportOverwrites = new(
        "MP5003", "", ErrorKind.Usage,
        "The report would overwrite a file that the command works on, or become a part of its model.",
        "Give the report a name of its own, outside of the folders of models.");

    public static readonly ErrorCode NothingToSplit = new(
        "MP5004", "", ErrorKind.Usage,
        "The model fits into one file of the size that was asked for.",
        "Use the file as it is, or give --max-shard-size a smaller size.");

    public static readonly ErrorCode OnePart = new(
        "MP5005", "", ErrorKind.Usage,
        "The file is one part of a split model, and the other parts were not found by its name.",
        "Name the folder of the parts, or the first part under the name that the split gave it.");

    public static readonly ErrorCode BadEdit = new(
        "MP5006", "", ErrorKind.Usage,
        "A value for a metadata key cannot be understood.",
        "Write it as 'dotnet modelpack edit --help' shows.");

    public static readonly ErrorCode BadBaseline = new(
        "MP5007", "", ErrorKind.Usage,
        "The file of accepted findings cannot be read.",
        "Each entry needs a code, a reason and the day on which it expires; docs/command-line.md shows one.");

    public static readonly ErrorCode NotEqual = new(
        "MP5011", "", ErrorKind.NotProved,
        "The two models are not equal at the level that was asked for.",
        "The report on standard output names every difference that was found.");

    public static readonly ErrorCode NotIdentical = new(
        "MP5012", "", ErrorKind.NotProved,
        "The file that came back from the round trip is not the source.",
        "With --origin none that is expected; with the record embedded it is a defect: please report it.");

    public static readonly ErrorCode ReadOrWriteFailed = new(
        "MP5021", "", ErrorKind.InputOutput,
        "The operating system refused to read or write.",
        "Check the path, the rights on it and the free space.");

    public static readonly ErrorCode ReportExists = new(
        "MP5022", "", ErrorKind.InputOutput,
        "The file that a report is to be written to exists already.",
        "Remove it, name another, or add --force.");

    public static readonly ErrorCode Different = new(
        "MP5031", "", ErrorKind.NotProved,
        "The two models differ.",
        "The report on standard output names every difference.");

    public static readonly ErrorCode NotAsManifest = new(
        "MP5032", "", ErrorKind.NotProved,
        "The model is not the one that the manifest was written for.",
        "The report on standard output names every tensor that differs.");

    public static IReadOnlyList<ErrorCode> All { get; } =
        [CommandLine, UnknownEnding, ReportOverwrites, NothingToSplit, OnePart, BadEdit, BadBaseline, NotEqual, NotIdentical,
            ReadOrWriteFailed,
            ReportExists, Different, NotAsManifest];
}
