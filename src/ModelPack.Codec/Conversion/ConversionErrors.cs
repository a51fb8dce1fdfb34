using ModelPack.Codec.Diagnostics;

namespace ModelPack.Codec.Conversion;

/// <summary>Errors of conversion.</summary>
internal static class ConversionErrors
{
    public static readonly ErrorCode UnknownFormat = new(
        "MP2001", "", ErrorKind.InvalidFile, "The file is neither GGUF nor APR v2 nor SafeTensors.", "Check that the download is complete and that the path names a model file.");

    public static readonly ErrorCode NonFinite = new(
        "MP2002", "N-FINITE", ErrorKind.NotProved, "A tensor of the source holds NaN or infinity.", "Fix the model, or pass AllowNonFinite (--allow-nonfinite) to keep the values bit for bit.");

    public static readonly ErrorCode TooMuchOutsideTensors = new(
        "MP2003", "", ErrorKind.InvalidFile, "The source holds too many bytes outside its tensors.", "Cut off what does not belong to the model; it cannot travel inside the metadata of another format.");

    public static readonly ErrorCode DamagedOrigin = new(
        "MP2004", "", ErrorKind.InvalidFile, "The origin record in the file is damaged.", "Convert the original source again, or pass Origin=none (--origin none) to convert what the file itself says.");

    public static readonly ErrorCode NotExpressible = new(
        "MP2005", "", ErrorKind.InvalidFile, "The target format cannot hold something that the source holds.", "Choose another target, or allow raw blocks with Quantized=blocks (--quantized blocks).");

    public static readonly ErrorCode BadDescription = new(
        "MP2006", "", ErrorKind.InvalidFile, "The description of a carried tensor does not fit its bytes.", "The file was edited after it was converted: convert the original source again.");

    public static readonly ErrorCode SameFile = new(
        "MP2007", "", ErrorKind.Usage, "Source and target are the same file.", "Choose another target path.");

    public static readonly ErrorCode NotProved = new(
        "MP2008", "", ErrorKind.NotProved, "Converting the output back does not give the source.", "Nothing was written. Please report this with the file's header; it is a defect.");

    public static readonly ErrorCode NeedsFolder = new(
        "MP2009", "", ErrorKind.Usage, "The output consists of several files.", "Name a folder as target: a path that ends in a separator.");

    public static readonly ErrorCode Lossy = new(
        "MP2011", "", ErrorKind.NotProved, "The conversion would lose something.", "Keep the origin record, or allow the loss by name with AllowLossy (--allow-lossy): it is then measured and reported, and Epsilon (--epsilon) limits it.");

    public static readonly ErrorCode MissingSideFile = new(
        "MP2010", "", ErrorKind.InvalidFile, "The side file with the blocks of widened tensors is missing.", "Put the file NAME.ggml-blocks.safetensors back beside the model; without it the original cannot be restored.");

    public static readonly ErrorCode SideFileName = new(
        "MP2012", "", ErrorKind.Usage, "The target has the name of a side file.", "Choose a name that does not end in .ggml-blocks.safetensors; such a file is taken for a part of the model beside it.");

    public static readonly ErrorCode SharedSideFile = new(
        "MP2013", "", ErrorKind.Usage, "Another model beside the target would have the same side file.", "Choose another name or another folder for the target.");

    public static readonly ErrorCode ForgedOrigin = new(
        "MP2030", "", ErrorKind.NotProved, "Converting what the origin record describes does not give this file.", "The record was forged, or another version made the file: convert the original source again, or pass Origin=none (--origin none) to convert what the file itself says.");

    public static readonly ErrorCode RecordTooLarge = new(
        "MP2031", "", ErrorKind.InvalidFile, "The origin record asks for more work than a file of this size can need.", "Convert the original source again, or pass Origin=none (--origin none) to convert what the file itself says.");

    public static readonly ErrorCode NotEnoughSpace = new(
        "MP3004", "", ErrorKind.InputOutput, "The output would not fit on the disk.", "Free some space, choose another folder, or keep quantized tensors as blocks with Quantized=blocks (--quantized blocks).");

    public static readonly ErrorCode ForeignFolder = new(
        "MP3003", "", ErrorKind.InputOutput, "The target folder holds files that no conversion wrote.", "Choose another folder, or empty this one yourself.");

    public static readonly ErrorCode TargetExists = new(
        "MP3001", "", ErrorKind.InputOutput, "The target exists.", "Pass --force to replace it once the new file is proved, or choose another path.");

    public static readonly ErrorCode ReadOrWriteFailed = new(
        "MP3002", "", ErrorKind.InputOutput, "Reading or writing failed.", "Check the path, the rights and the free space; the source is untouched and no partial output was left.");

    public static IReadOnlyList<ErrorCode> All { get; } =
        [UnknownFormat, NonFinite, TooMuchOutsideTensors, DamagedOrigin, NotExpressible, BadDescription, SameFile, NotProved, NeedsFolder, MissingSideFile, Lossy, SideFileName, SharedSideFile, ForgedOrigin, RecordTooLarge, NotEnoughSpace, ForeignFolder, TargetExists, ReadOrWriteFailed];
}
