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

    /// <summary>Tokenizers of RoBERTa and XLM-RoBERTa; BERT has WordPiece.</summary>
    private static readonly string[] Roberta = ["gpt2", "t5"];

    /// <summary>True if a GGUF has all that a BERT with a classifier needs.</summary>
    public static bool IsWhole(Func<string, bool> hasTensor) => hasTensor(Pooler) && hasTensor(Head);

    public static string Prefix(ModelFacts facts, Func<string, bool> hasTensor) => !IsWhole(hasTensor) ? ""
        : facts.Architecture == "modern-bert" ? "model."
        : facts.Architecture != Bert ? ""
        : Roberta.Contains(facts.Tokenizer) ? "roberta." : Bert + ".";

    public static string Of(NameMatch match, string prefix) =>
        match.Rule.HuggingFace.Text.Split('.')[0] is HeadModule or "head" ? match.HuggingFaceName : prefix + match.HuggingFaceName;
}
