namespace ModelPack.Tensors.Payloads;

/// <summary>Errors of payloads that are made of others.</summary>
internal static class PayloadErrors
{
    public static readonly ErrorCode NotExpressible = new(
        "MP2005", "", ErrorKind.InvalidFile, "The target format cannot hold something that the source holds.",
        "Choose another target, or allow raw blocks with Quantized=blocks (--quantized blocks).");

    public static readonly ErrorCode RecordTooLarge = new(
        "MP2031", "", ErrorKind.InvalidFile, "The origin record asks for more work than a file of this size can need.",
        "Convert the original source again, or pass Origin=none (--origin none) to convert what the file itself says.");

    public static IReadOnlyList<ErrorCode> All { get; } = [NotExpressible, RecordTooLarge];
}
