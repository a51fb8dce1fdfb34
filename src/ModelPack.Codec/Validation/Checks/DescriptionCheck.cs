using ModelPack.Architectures;
using ModelPack.Diagnostics;
using ModelPack.IO.Names;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Validation.Checks;

/// <summary>
/// A folder whose files a conversion refuses to believe is not sound either (DESIGN.md §7: shapes against the model's own config, tokenizer
/// consistency). What GGUF has no words for is no contradiction, but a note.
/// </summary>
internal static class DescriptionCheck
{
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

    /// <summary>What a conversion would say of a folder's files.</summary>
    public static FolderClaim Claim(ModelFile file, IReadOnlyList<TensorInfo> tensors)
    {
        if (file.Format != ModelFormat.SafeTensors)
        {
            return default;
        }

        try
        {
            ModelDescription words = ModelDescription.Of(file, NamingMode.Native);
            TensorMapping.Plan(file, [.. ModelTensor.Of(tensors)], words, ModelFormat.Gguf);
            bool isUnclaimed = words.Architecture is null
                && words.Companions.Any(companion => companion.Name == CompanionNames.Config);
            return new(null, isUnclaimed ? words.Notes.FirstOrDefault(note => note.Rank == NoteRank.ChangesResults).Text : null);
        }
        catch (ModelPackException exception)
        {
            return new(exception, null);
        }
    }

    public static void Run(ValidationContext context)
    {
        if (context.Claim.Contradiction is { } contradiction && !context.Findings.Any(finding => CloserFindings.Contains(finding.Code)))
        {
            context.Find(
                ValidationErrors.Description, contradiction.Companion ?? contradiction.TensorName ?? context.File.ShortName,
                contradiction.Detail);
        }

        if (context.Claim.Obstacle is { } obstacle && !context.Findings.Any(finding => finding.Code == ValidationErrors.Required))
        {
            context.Keep("K-UNCLAIMED", $"what is made of it will not claim its architecture: {obstacle}");
        }
    }
}

/// <summary>What a folder's files make of it.</summary>
/// <param name="Contradiction">Why a conversion refuses to believe them; null if it does not.</param>
/// <param name="Obstacle">Why an output does not claim the architecture; null if it does, or if none is known.</param>
internal readonly record struct FolderClaim(ModelPackException? Contradiction, string? Obstacle);
