namespace ModelPack.Codec.Proof.Validation.Checks;

/// <summary>Companion files that say something about the model can be read.</summary>
internal static class CompanionCheck
{
    public static void Run(ValidationContext context)
    {
        foreach (string name in context.Companions.Broken)
        {
            context.Find(ValidationErrors.Companion, name, $"'{name}' is not one JSON object");
        }

        foreach (string oddity in context.Companions.Oddities)
        {
            context.Keep("K-JSON", oddity);
        }

        foreach (string name in context.Companions.NotJson)
        {
            context.Find(ValidationErrors.Companion, name, $"'{name}' is not valid JSON");
        }
    }
}
