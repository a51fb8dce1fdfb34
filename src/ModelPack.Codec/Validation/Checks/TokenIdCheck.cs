using ModelPack.Architectures.Rules;
using ModelPack.Diagnostics;
using ModelPack.Validation.Facts;

namespace ModelPack.Validation.Checks;

/// <summary>Special tokens are tokens.</summary>
internal static class TokenIdCheck
{
    public static void Run(ValidationContext context)
    {
        foreach (TokenizerFacts tokenizer in context.Tokenizers)
        {
            long count = Math.Max(tokenizer.Vocabulary.Count, context.Settings[SettingName.Vocabulary]?.At(null) ?? 0);
            foreach (TokenId token in tokenizer.Ids)
            {
                if (ConfigObject.IsNoToken(token.Id))
                {
                    context.Keep("K-TOKEN-ID", $"'{token.Key}' is {token.Id}, which stands for no token", token.ByteOffset);
                }
                else if (token.Id < 0 || token.Id >= count)
                {
                    context.Find(
                        ValidationErrors.TokenId, token.Key,
                        $"'{token.Key}' is {token.Id}; the vocabulary has {Plural.Of(count, "token")}", token.ByteOffset);
                }
            }
        }
    }
}
