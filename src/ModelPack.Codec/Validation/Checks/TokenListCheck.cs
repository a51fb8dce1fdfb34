using ModelPack.Validation.Facts;

namespace ModelPack.Validation.Checks;

/// <summary>Lists with one item a token have as many items as there are tokens.</summary>
internal static class TokenListCheck
{
    public static void Run(ValidationContext context)
    {
        foreach (TokenizerFacts tokenizer in context.Tokenizers)
        {
            foreach (TokenCount list in tokenizer.Counts.Where(list => list.Count != tokenizer.Vocabulary.Count))
            {
                context.Find(
                    ValidationErrors.TokenLists, list.Key,
                    $"'{list.Key}' counts {list.Count}, '{tokenizer.Vocabulary.Key}' {tokenizer.Vocabulary.Count}", list.ByteOffset);
            }
        }
    }
}
