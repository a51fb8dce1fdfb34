namespace ModelPack.Architectures.Names;

/// <summary>Errors of translating tensors between GGUF's vocabulary and Hugging Face's.</summary>
internal static class TranslationErrors
{
    private const string KeepNames =
        "The tensors do not fit the model's own settings: fetch the model again, or keep its names (Naming=verbatim, --naming verbatim).";

    public static readonly ErrorCode Heads = Refusal(2251, "The rows of a tensor cannot be dealt out among the attention heads.");

    public static readonly ErrorCode Incomplete = Refusal(
        2252, "Parts of a tensor are missing, given twice, or not as many as the model has experts or heads.");

    public static readonly ErrorCode UnequalParts = Refusal(2253, "Parts that make up one tensor differ in type or shape.");

    public static readonly ErrorCode SameName = Refusal(2254, "Two tensors have the same name in the other vocabulary.");

    public static readonly ErrorCode WrongShape = Refusal(2255, "The shape of a tensor fits neither its place in the model nor its bytes.");

    public static readonly ErrorCode TooManyParts = Refusal(2035, "Stacks have more parts than a model of so few bytes can have.");

    public static IReadOnlyList<ErrorCode> All { get; } = [Heads, Incomplete, UnequalParts, SameName, WrongShape, TooManyParts];

    private static ErrorCode Refusal(int number, string summary) => new($"MP{number}", "", ErrorKind.InvalidFile, summary, KeepNames);
}
