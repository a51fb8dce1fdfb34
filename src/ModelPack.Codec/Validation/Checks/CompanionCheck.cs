namespace ModelPack.Validation.Checks;

/// <summary>Companion files that say something about the model can be read.</summary>
internal static class CompanionCheck
{
    public static void Run(ValidationContext context)
    {
        foreach ((string name, string text) in context.Companions.Problems)
        {
            context.Find(ValidationErrors.Companion, name, $"'{name}' {text}");
        }

        foreach (string oddity in context.Companions.Oddities)
        {
            context.Keep("K-JSON", oddity);
        }
    }
}
