using ModelPack.Validation.Facts;

namespace ModelPack.Validation.Checks;

/// <summary>A merge rule joins two tokens to a third.</summary>
internal static class MergeCheck
{
    private const int Shown = 80;

    public static void Run(ValidationContext context)
    {
        foreach (TokenizerFacts tokenizer in context.Tokenizers)
        {
            long wrong = 0;
            string? first = null;
            for (int i = 0; i < tokenizer.Merges.Count; i++)
            {
                if (Defect(tokenizer, tokenizer.Merges[i]) is { } defect)
                {
                    wrong++;
                    first ??= $"rule {i} ('{Cut(tokenizer.Merges[i].ToString())}') {defect}";
                }
            }

            if (first is not null)
            {
                context.Find(
                    ValidationErrors.Merge, tokenizer.MergesKey,
                    $"{wrong} of {tokenizer.Merges.Count} merge rules do not fit the vocabulary: {first}", tokenizer.MergesOffset);
            }
        }
    }

    private static string? Defect(TokenizerFacts tokenizer, MergeRule rule)
    {
        if (rule.Right is not { } right)
        {
            return "has no two parts";
        }

        string joined =
            rule.Left
            + (right.StartsWith(tokenizer.Continuation, StringComparison.Ordinal) ? right[tokenizer.Continuation.Length..] : right);
        string[] unknown = [.. new[] { rule.Left, right, joined }.Where(part => !tokenizer.IsToken(part))];
        return unknown.Length == 0 ? null : $"needs the token '{Cut(unknown[0])}', which does not exist";
    }

    private static string Cut(string text) => text.Length <= Shown ? text : text[..Shown] + "…";
}
