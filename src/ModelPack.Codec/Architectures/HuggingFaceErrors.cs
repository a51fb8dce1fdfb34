namespace ModelPack.Architectures;

/// <summary>What is wrong with the description of a model: with its companion files or its metadata keys.</summary>
internal static class HuggingFaceErrors
{
    private const string FetchAgain = "Fetch the folder again; all its files come from the same revision of the model.";

    public static readonly ErrorCode UnusableKey = new(
        "MP2201", "", ErrorKind.InvalidFile, "A metadata key that the model's tensors depend on is missing or of the wrong type.",
        "Convert the original model again with a current program.");

    public static readonly ErrorCode MissingConfig = new(
        "MP2202", "", ErrorKind.InvalidFile, "A folder with a tokenizer or generation settings has no config.json.",
        "Fetch the folder again, or keep its own names (Naming=verbatim, --naming verbatim).");

    public static readonly ErrorCode NotJson = new(
        "MP2203", "", ErrorKind.InvalidFile, "A companion file is not JSON, or not an object.", FetchAgain);

    public static readonly ErrorCode WrongField = new(
        "MP2204", "", ErrorKind.InvalidFile, "A field of a companion file has the wrong type or a value that cannot be.", FetchAgain);

    public static readonly ErrorCode Contradiction = new(
        "MP2205", "", ErrorKind.InvalidFile, "A companion file contradicts itself or the tensors.", FetchAgain);

    public static readonly ErrorCode TooLarge = new(
        "MP2206", "", ErrorKind.InvalidFile, "A companion file is larger than any real one, and is not parsed.", FetchAgain);

    public static readonly ErrorCode NoTower = new(
        "MP2207", "", ErrorKind.InvalidFile, "The folder has no part that sees which a GGUF of its own can hold.",
        "Leave out Mmproj=true (--mmproj): the language model becomes a GGUF, and the other tensors travel beside it.");

    public static IReadOnlyList<ErrorCode> All { get; } =
        [UnusableKey, MissingConfig, NotJson, WrongField, Contradiction, TooLarge, NoTower];

    /// <summary>True if nothing can be read from a companion file: it travels as it is.</summary>
    public static bool IsUnread(ModelPackException exception) => exception.Code == NotJson || exception.Code == TooLarge;
}
