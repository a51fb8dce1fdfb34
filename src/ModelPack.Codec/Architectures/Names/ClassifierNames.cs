namespace ModelPack.Architectures.Names;

/// <summary>
/// Names in a folder whose class is a BERT with a head: what belongs to the encoder stands below bert, the head beside it. Other classes
/// have one prefix for all, and a folder of the encoder alone has none.
/// </summary>
internal static class ClassifierNames
{
    public const string Pooler = "cls.weight";
    public const string Head = "cls.output.weight";

    private const string Bert = "bert";
    private const string HeadModule = "classifier";

    /// <summary>True if a GGUF has all that a BERT with a classifier needs.</summary>
    public static bool IsWhole(Func<string, bool> hasTensor) => hasTensor(Pooler) && hasTensor(Head);

    public static string Prefix(string architecture, Func<string, bool> hasTensor) =>
        architecture == Bert && IsWhole(hasTensor) ? Bert + "." : "";

    public static string Of(NameMatch match, string prefix) =>
        match.Rule.HuggingFace.Text == HeadModule ? match.HuggingFaceName : prefix + match.HuggingFaceName;
}
