namespace ModelPack.IO.Output;

/// <summary>Errors of files that cannot be read or replaced, and of outputs that take their names.</summary>
internal static class OutputErrors
{
    public static readonly ErrorCode TargetExists = new(
        "MP3001", "", ErrorKind.InputOutput, "The target exists.",
        "Pass --force to replace it once the new file is proved, or choose another path.");

    public static readonly ErrorCode SpecialSource = new(
        "MP3005", "", ErrorKind.InputOutput, "A file to read is a pipe, a socket or a device.",
        "Write what comes out of it to a file first (cat PIPE > model.gguf), and name that file.");

    public static readonly ErrorCode SpecialTarget = new(
        "MP3006", "", ErrorKind.InputOutput, "A file to write is a pipe, a socket or a device.",
        "Name a file, or a name that nothing has; --force replaces files only.");

    public static readonly ErrorCode TargetBusy = new(
        "MP3007", "", ErrorKind.InputOutput, "Another process writes the same output at this moment.",
        "Wait until it has ended and try again, or choose another target.");

    public static readonly ErrorCode ForeignLock = new(
        "MP3008", "", ErrorKind.InputOutput, "The lock beside the target was not made by a conversion of the same user.",
        "Run as the user who started the earlier conversion, or remove the file that the message names.");

    public static readonly ErrorCode Disturbed = new(
        "MP3009", "", ErrorKind.InputOutput,
        "A conversion to the target was stopped while its files got their names, and one of the names was taken since.",
        "Move away the file that the message names; the next run puts the earlier output back.");

    public static readonly ErrorCode NotPutBack = new(
        "MP3010", "", ErrorKind.InputOutput, "The output could not get its names, and the earlier one could not get its names back.",
        "Remove the cause; the next run puts the earlier output back. Until then it lies in the folder that the message names.");

    public static readonly ErrorCode NameTooLong = new(
        "MP3011", "", ErrorKind.Usage, "The name of the target leaves no room for the names of the files beside it.",
        "Choose a name of at most as many bytes as the message says.");

    public static readonly ErrorCode Unfinished = new(
        "MP3012", "", ErrorKind.InputOutput, "A conversion to the file has begun and not ended.",
        "Wait if it still runs. If it was stopped, run it again: it puts an earlier output back first.");

    public static readonly ErrorCode TargetTaken = new(
        "MP3013", "", ErrorKind.InputOutput, "Something took the target's name while the output was written.",
        "Look at what appeared there; pass --force to replace it, or choose another path.");

    public static readonly ErrorCode NotEnoughSpace = new(
        "MP3004", "", ErrorKind.InputOutput, "The output would not fit on the disk.",
        "Free some space, choose another folder, or keep quantized tensors as blocks with Quantized=blocks (--quantized blocks).");

    public static IReadOnlyList<ErrorCode> All { get; } =
        [TargetExists, NotEnoughSpace, SpecialSource, SpecialTarget, TargetBusy, ForeignLock, Disturbed, NotPutBack, NameTooLong,
            Unfinished, TargetTaken];
}
