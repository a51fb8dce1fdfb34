using ModelPack.Validation.Facts;

namespace ModelPack.Validation.Checks;

/// <summary>Every token has a row in the embedding.</summary>
internal static class VocabularyCheck
{
    public static void Run(ValidationContext context)
    {
        foreach (TensorInfo tensor in context.Tensors)
        {
            bool hasRows = TensorRoles.Of(tensor.Name) is { Role: TensorRole.TokenEmbedding or TensorRole.Output, IsBias: false }
                && tensor.Shape.Length >= 2;
            foreach (TokenizerFacts tokenizer in hasRows ? context.Tokenizers : [])
            {
                Check(context, tensor, tensor.Shape[^2], tokenizer.Vocabulary);
            }
        }
    }

    private static void Check(ValidationContext context, TensorInfo tensor, long rows, TokenCount vocabulary)
    {
        string text = $"'{tensor.Name}' has {rows} rows, '{vocabulary.Key}' {vocabulary.Count} tokens";
        if (vocabulary.Count > rows)
        {
            context.Find(ValidationErrors.Vocabulary, tensor.Name, text, tensor.Offset);
        }
        else if (vocabulary.Count < rows)
        {
            // Embeddings are often padded to a round number of rows (hf-companions.md §1.1).
            context.Keep("K-VOCAB", text, tensor.Offset);
        }
    }
}
