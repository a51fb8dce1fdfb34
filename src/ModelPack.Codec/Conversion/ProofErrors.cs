namespace ModelPack.Conversion;

/// <summary>Errors and findings of comparison and validation.</summary>
internal static class ProofErrors
{
    public static readonly ErrorCode BadCertificate = new(
        "MP2101", "", ErrorKind.InvalidFile, "The file is not a certificate.",
        "Convert the model again; the certificate is written beside the output.");

    public static readonly ErrorCode NonFiniteTensor = new(
        "MP2102", "N-FINITE", ErrorKind.NotProved, "A tensor holds NaN or infinity.",
        "Fix the model at its source; a conversion neither introduces nor repairs such values.");

    public static readonly ErrorCode NoValues = new(
        "MP2103", "", ErrorKind.Usage, "A certificate stands in place of a model whose values are to be compared.",
        "Name both models, or compare without a tolerance.");

    public static IReadOnlyList<ErrorCode> All { get; } = [BadCertificate, NonFiniteTensor, NoValues];
}
