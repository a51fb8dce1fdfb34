namespace ModelPack.Formats;

/// <summary>Errors of files, whatever their format is.</summary>
internal static class FormatErrors
{
    public static readonly ErrorCode UnknownFormat = new(
        "MP2001", "", ErrorKind.InvalidFile, "The file is neither GGUF nor APR v2 nor SafeTensors.",
        "Check that the download is complete and that the path names a model file.");

    public static readonly ErrorCode BadDescription = new(
        "MP2006", "", ErrorKind.InvalidFile, "The description of a carried tensor does not fit its bytes.",
        "The file was edited after it was converted: convert the original source again.");

    public static readonly ErrorCode TooManyTensors = new(
        "MP2034", "", ErrorKind.InvalidFile, "The file has more than 1,048,576 tensors.",
        "Check that the file is a model: the largest published ones have some 200,000 tensors.");

    public static IReadOnlyList<ErrorCode> All { get; } = [UnknownFormat, BadDescription, TooManyTensors];
}
