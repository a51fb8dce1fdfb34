using ModelPack.Validation.Checks;

namespace ModelPack.Validation;

/// <summary>The checks of a validation, in the order of its report.</summary>
internal static class ModelChecks
{
    private static readonly Action<ValidationContext>[] All =
    [
        FiniteCheck.Run,
        UniformCheck.Run,
        ArchitectureCheck.Run,
        HeadCheck.Run,
        LayerCheck.Run,
        RequiredTensorCheck.Run,
        ShapeCheck.Run,
        TokenListCheck.Run,
        TokenIdCheck.Run,
        MergeCheck.Run,
        VocabularyCheck.Run,
        TemplateCheck.Run,
        SplitCheck.Run,
        TailCheck.Run,
        CompanionCheck.Run,
        DescriptionCheck.Run,
        RecordCheck.Run,
    ];

    public static void Run(ValidationContext context)
    {
        foreach (Action<ValidationContext> check in All)
        {
            check(context);
        }
    }
}
