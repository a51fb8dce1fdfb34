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
        "MP4006", "", ErrorKind.Usage, "Two models have the same output.",
        "Give one of them another Link, like Link=\"second/model.apr\"; where both name the same OutputPath, another OutputPath too. "
        + "In the task <ModelConvert>: call it once more, with another OutputDirectory.");

    public static readonly ErrorCode SourceMissing = new(
        "MP4007", "", ErrorKind.InputOutput, "The source does not exist.",
        "Correct the path in Include, or set Optional=\"true\" if the model need not exist.");

    public static readonly ErrorCode NothingMatched = new(
        "MP4008", "", ErrorKind.Usage, "A pattern matches no file.",
        "Correct the pattern; it is taken relative to the project's folder. If it may match nothing, set Optional=\"true\".");

    public static readonly ErrorCode UnexpectedSource = new(
        "MP4009", "", ErrorKind.NotProved, "The source is not the expected file.",
        "Restore the file, or correct ExpectedHash if the new one is wanted.");

    public static readonly ErrorCode OutputChanged = new(
        "MP4010", "", ErrorKind.NotProved, "The output was changed after it was proved.",
        "Delete the file, or run Clean; the next build converts again.");

    public static readonly ErrorCode CertificateChanged = new(
        "MP4011", "", ErrorKind.NotProved, "The certificate was changed after it was written.",
        "Delete the file, or run Clean; the next build converts again.");

    public static readonly ErrorCode CopyChanged = new(
        "MP4012", "", ErrorKind.NotProved, "The copy in the output folder was changed.",
        "Delete the file, or run Clean; the next build copies it again.");

    public static readonly ErrorCode FileAccess = new(
        "MP4013", "", ErrorKind.InputOutput, "A file cannot be read or written.",
        "Check the path, your permissions and the free disk space.");

    public static readonly ErrorCode OutputIsSource = new(
        "MP4014", "", ErrorKind.Usage, "The output would replace its source.", "Choose another OutputPath.");

    public static readonly ErrorCode LaterPart = new(
        "MP4015", "", ErrorKind.Usage, "The file is one of several of a model.",
        "Include the first part of a split, the index of the shards, or the model's folder.");

    public static readonly ErrorCode NotEqual = new(
        "MP4016", "", ErrorKind.NotProved, "The model is not equal to the one in Against.",
        "Restore the model, or correct Against, Level or Epsilon if this one is wanted.");

    public static readonly ErrorCode Conflict = new(
        "MP4017", "", ErrorKind.Usage, "An option makes no sense without another one, or beside it.",
        "Set both, or one of them, as the message says.");

    public static readonly ErrorCode NoModels = new(
        "MP4018", "", ErrorKind.NotProved, "The project references ModelPack.Build, and the build looks at no model.",
        "Add an item ModelConvert or ModelVerify, or remove the package reference. If that is wanted, set the property "
            + "ModelPackAllowNoModels to true.");

    public static readonly ErrorCode NotBuilt = new(
        "MP4019", "", ErrorKind.NotProved, "A model has to be converted, and --no-build forbids it.",
        "Run `dotnet build` with the same configuration first, or leave out --no-build.");

    public static readonly ErrorCode Carried = new(
        "MP4020", "", ErrorKind.NotProved, "Everything is in the output and comes back, but the target's own programs will not load it.",
        "Correct what the message names. SafeTensors get their config.json and tokenizer with Folder=\"true\" on the item. If the output "
            + "is only kept, or converted back, NoWarn accepts it, unless the item says RequireUsable.");

    public static readonly ErrorCode Partial = new(
        "MP4021", "", ErrorKind.NotProved, "A part of the model was not found.",
        "Fetch the files that the message names, and include the model's folder. If a part is wanted, NoWarn accepts it, unless the item "
            + "says RequireUsable.");

    public static readonly ErrorCode Growth = new(
        "MP4022", "", ErrorKind.Usage, "The output is more than twice as large as its source, and the item does not say that it may be.",
        "Set Quantized=\"blocks\" to keep the blocks, or Quantized=\"auto\" if the target's own programs need F32.");

    public static readonly ErrorCode UnknownMetadata = new(
        "MP4023", "", ErrorKind.Usage, "An item has metadata that mean nothing, and look like a slip.", "Correct the name, or remove it.");

    public static readonly ErrorCode TooLargeToPack = new(
        "MP4024", "", ErrorKind.Usage, "The outputs are too large for a NuGet package.",
        "Remove Pack=\"true\" from the item and pack the model with an item ModelPackage; Quantized=\"blocks\" keeps a quantized model "
            + "small.");

    public static readonly ErrorCode StaleOutput = new(
        "MP4025", "", ErrorKind.InputOutput, "An output was left behind: the item that named its folder is gone.", "Delete the file.");

    /// <summary>Reported by ModelPack.Build.targets, where the SDK's own tasks make the assets.</summary>
    public static readonly ErrorCode WebAssetElsewhere = new(
        "MP4026", "", ErrorKind.Usage, "A model below wwwroot has an OutputPath, so that it cannot be a static web asset.",
        "Remove OutputPath from the item; Link=\"wwwroot/…\" decides the address.");

    public static readonly ErrorCode NoSarif = new(
        "MP4090", "", ErrorKind.Usage, "The property ModelPackSarif names a file that is no log.",
        "Name a file that does not exist yet, or the log of an earlier build.");

    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        OldHost, NoTarget, UnknownValue, TwoTargets, OutputClash, SourceMissing, NothingMatched, UnexpectedSource, OutputChanged,
        CertificateChanged, CopyChanged, FileAccess, OutputIsSource, LaterPart, NotEqual, Conflict,
        NoModels, NotBuilt, Carried, Partial, Growth, UnknownMetadata, TooLargeToPack, StaleOutput, WebAssetElsewhere, NoSarif,
    ];
}
