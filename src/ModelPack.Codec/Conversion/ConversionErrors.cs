namespace ModelPack.Conversion;

/// <summary>Errors of conversion.</summary>
internal static class ConversionErrors
{
    public static readonly ErrorCode NonFinite = new(
        "MP2002", "N-FINITE", ErrorKind.NotProved, "A tensor of the source holds NaN or infinity.",
        "Fix the model, or pass AllowNonFinite (--allow-nonfinite) to keep the values bit for bit.");

    public static readonly ErrorCode SameFile = new(
        "MP2007", "", ErrorKind.Usage, "Source and target are the same file.", "Choose another target path.");

    public static readonly ErrorCode NotProved = new(
        "MP2008", "", ErrorKind.NotProved, "Converting the output back does not give the source.",
        "Nothing was written. Please report this with the file's header; it is a defect.");

    public static readonly ErrorCode NeedsFolder = new(
        "MP2009", "", ErrorKind.Usage, "The output consists of several files.",
        "Name a folder as target: a path that ends in a separator.");

    public static readonly ErrorCode Lossy = new(
        "MP2011", "", ErrorKind.NotProved, "The conversion would lose something.",
        "Keep the origin record, or allow the loss by name with AllowLossy (--allow-lossy): it is then measured and reported, and Epsilon "
            + "(--epsilon) limits it.");

    public static readonly ErrorCode SideFileName = new(
        "MP2012", "", ErrorKind.Usage, "The target has the name of a side file.",
        "Choose a name that does not end in .ggml-blocks.safetensors; such a file is taken for a part of the model beside it.");

    public static readonly ErrorCode SharedSideFile = new(
        "MP2013", "", ErrorKind.Usage, "Another model beside the target would have the same side file.",
        "Choose another name or another folder for the target.");

    public static readonly ErrorCode ForeignFolder = new(
        "MP3003", "", ErrorKind.InputOutput, "The target folder holds files that no conversion wrote.",
        "Choose another folder, or empty this one yourself.");

    public static readonly ErrorCode OneStream = new(
        "MP2411", "", ErrorKind.Usage, "The output consists of several files, and a stream holds one.",
        "Convert to a path, or set Quantized = Blocks, which needs no second file.");

    public static readonly ErrorCode PartOfGgufOnly = new(
        "MP2412", "", ErrorKind.Usage, "The part of a model that sees becomes a GGUF of its own, and nothing else.",
        "Convert to GGUF, or leave out Mmproj=true (--mmproj).");

    public static readonly ErrorCode ReadOrWriteFailed = new(
        "MP3002", "", ErrorKind.InputOutput, "Reading or writing failed.",
        "Check the path, the rights and the free space; the source is untouched and no partial output was left.");

    public static IReadOnlyList<ErrorCode> All { get; } =
        [OneStream, PartOfGgufOnly, NonFinite, SameFile, NotProved, NeedsFolder, Lossy, SideFileName, SharedSideFile,
            ForeignFolder, ReadOrWriteFailed];
}
