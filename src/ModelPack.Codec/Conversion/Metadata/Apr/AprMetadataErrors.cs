using ModelPack.Codec.Diagnostics;

namespace ModelPack.Codec.Conversion.Metadata.Apr;

/// <summary>Errors of metadata that crosses between APR and GGUF.</summary>
internal static class AprMetadataErrors
{
    public static readonly ErrorCode Contradiction = new(
        "MP2041", "", ErrorKind.InvalidFile, "The metadata of the source contradicts itself or the tensors.", "Check which of the two is wrong and correct it at the source; a model built on the wrong one loads and answers nonsense.");

    public static IReadOnlyList<ErrorCode> All { get; } = [Contradiction];
}
