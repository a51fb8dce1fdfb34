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

    public static void Run(ValidationContext context)
    {
        if (context.File.Format != ModelFormat.SafeTensors || context.Findings.Any(finding => CloserFindings.Contains(finding.Code)))
        {
            return;
        }

        try
        {
            ModelDescription.Of(context.File, NamingMode.Native);
        }
        catch (ModelPackException exception)
        {
            if (Contradictions.Contains(exception.Code))
            {
                context.Find(ValidationErrors.Description, exception.Companion ?? context.File.ShortName, exception.Detail);
            }
        }
    }
}
