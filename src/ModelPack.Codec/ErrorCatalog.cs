using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.Conversion.Origin;
using ModelPack.Codec.Tensors.Payloads;
using ModelPack.Codec.Apr;
using ModelPack.Codec.Conversion;
using ModelPack.Codec.Conversion.Metadata.Apr;
using ModelPack.Codec.Gguf;
using ModelPack.Codec.HuggingFace;
using ModelPack.Codec.HuggingFace.Names;
using ModelPack.Codec.HuggingFace.ToGguf.Tokenizers;
using ModelPack.Codec.Insight;
using ModelPack.Codec.IO.Output;
using ModelPack.Codec.Proof;
using ModelPack.Codec.Proof.Validation;
using ModelPack.Codec.SafeTensors;

namespace ModelPack.Codec;

/// <summary>Every error code of the library. docs/errors.md is generated from it.</summary>
public static class ErrorCatalog
{
    /// <summary>The codes in the order of their ids.</summary>
    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        .. new[]
            {
                GgufErrors.All, AprErrors.All, SafeTensorsErrors.All, ModelSetErrors.All, ForeignFileErrors.All, SafeTensorsSetErrors.All,
                PayloadErrors.All, FormatErrors.All, OriginErrors.All, ConversionErrors.All, OutputErrors.All, ProofErrors.All,
                ValidationErrors.All, InsightErrors.All, HuggingFaceErrors.All, TranslationErrors.All, FolderTokenizerErrors.All,
            }
            .SelectMany(codes => codes)
            .OrderBy(code => code.Id, StringComparer.Ordinal),
    ];
}
