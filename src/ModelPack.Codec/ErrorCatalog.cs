using ModelPack.Architectures;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Tokenizers.Reading;
using ModelPack.Conversion;
using ModelPack.Formats;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;
using ModelPack.IO.Output;
using ModelPack.Models;
using ModelPack.Models.Building;
using ModelPack.Origin;
using ModelPack.Tensors.Payloads;
using ModelPack.Validation;
using ModelPack.Verification.Hashing;

namespace ModelPack;

/// <summary>Every error code of the library. docs/errors.md is generated from it.</summary>
/// <example>
/// <code>
/// foreach (ErrorCode code in ErrorCatalog.All.Where(code =&gt; code.Kind == ErrorKind.InvalidFile))
/// {
///     Console.WriteLine($"{code.Id}: {code.Summary} {code.Remedy}");
/// }
/// </code>
/// </example>
public static class ErrorCatalog
{
    /// <summary>The codes in the order of their ids.</summary>
    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        .. new[]
            {
                GgufErrors.All, AprErrors.All, SafeTensorsErrors.All, ModelSetErrors.All, ForeignFileErrors.All, SafeTensorsSetErrors.All,
                PayloadErrors.All, FormatErrors.All, OriginErrors.All, BuildingErrors.All, ConversionErrors.All, OutputErrors.All,
                    ProofErrors.All,
                ValidationErrors.All, ManifestErrors.All, HuggingFaceErrors.All, TranslationErrors.All, FolderTokenizerErrors.All,
            }
            .SelectMany(codes => codes)
            .OrderBy(code => code.Id, StringComparer.Ordinal),
    ];
}
