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
            long count = 0;
            long wrong = 0;
            string? first = null;
            foreach (MergeRule rule in tokenizer.Merges)
            {
                if (Defect(tokenizer, rule) is { } defect)
                {
                    wrong++;
                    first ??= $"rule {count} ('{Cut(rule.ToString())}') {defect}";
                }

                count++;
            }

            if (first is not null)
            {
                context.Find(
                    ValidationErrors.Merge, tokenizer.MergesKey,
                    $"{wrong} of {count} merge rules do not fit the vocabulary: {first}", tokenizer.MergesOffset);
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
        string? unknown = !tokenizer.IsToken(rule.Left) ? rule.Left
            : !tokenizer.IsToken(right) ? right
            : !tokenizer.IsToken(joined) ? joined
            : null;
        return unknown is null ? null : $"needs the token '{Cut(unknown)}', which does not exist";
    }

    private static string Cut(string text) => text.Length <= Shown ? text : text[..Shown] + "…";
}
