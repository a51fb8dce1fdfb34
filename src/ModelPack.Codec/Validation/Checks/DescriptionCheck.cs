using ModelPack.Architectures;
using ModelPack.Architectures.Tokenizers.Reading;

namespace ModelPack.Validation.Checks;

/// <summary>
/// A folder whose files a conversion refuses to believe is not sound either (DESIGN.md §7: shapes against the model's own config, tokenizer
/// consistency). What GGUF has no words for, and a folder that leaves something out, is no contradiction.
/// </summary>
internal static class DescriptionCheck
{
    private static readonly HashSet<ErrorCode> Contradictions =
    [
        HuggingFaceErrors.WrongField,
        HuggingFaceErrors.Contradiction,
        FolderTokenizerErrors.NotJson,
        FolderTokenizerErrors.WrongType,
        FolderTokenizerErrors.IdTwice,
        FolderTokenizerErrors.TextTwice,
        FolderTokenizerErrors.BeyondVocabulary,
        FolderTokenizerErrors.Merge,
        FolderTokenizerErrors.UnknownSpecial,
        FolderTokenizerErrors.Protobuf,
        FolderTokenizerErrors.Disagreement,
    ];

    // What these find is named more closely by them.
    private static readonly HashSet<ErrorCode> CloserFindings =
    [
        ValidationErrors.Shape,
        ValidationErrors.Heads,
        ValidationErrors.Layers,
        ValidationErrors.Architecture,
        ValidationErrors.Contradiction,
        ValidationErrors.TokenLists,
        ValidationErrors.TokenId,
        ValidationErrors.Merge,
        ValidationErrors.Vocabulary,
        ValidationErrors.Companion,
    ];

    /// <summary>What a conversion would say of a folder's files; null if it believes them.</summary>
    public static ModelPackException? Contradiction(ModelFile file)
    {
        if (file.Format == ModelFormat.SafeTensors)
        {
            try
            {
                ModelDescription.Of(file, NamingMode.Native);
            }
            catch (ModelPackException exception)
            {
                return Contradictions.Contains(exception.Code) ? exception : null;
            }
        }

        return null;
    }

    public static void Run(ValidationContext context)
    {
        if (context.Contradiction is { } contradiction && !context.Findings.Any(finding => CloserFindings.Contains(finding.Code)))
        {
            context.Find(
                ValidationErrors.Description, contradiction.Companion ?? context.File.ShortName, contradiction.Detail);
        }
    }
}
