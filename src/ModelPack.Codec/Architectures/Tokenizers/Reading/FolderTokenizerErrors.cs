namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>The catalogue of a folder's tokenizer files (hf-companions.md §2.9).</summary>
internal static class FolderTokenizerErrors
{
    private const string Damaged = "The file is cut or damaged: get it again from its source.";
    private const string Contradiction =
        "The files contradict one another or themselves: get the whole folder again, or correct the one that is wrong.";

    public static readonly ErrorCode NotJson = Bad(
        "MP2301", "HF-TOK-JSON", "A tokenizer file is not JSON in UTF-8 with each key once.", Damaged);
    public static readonly ErrorCode TooLarge = Bad("MP2302", "HF-TOK-SIZE", "A tokenizer file is larger than any tokenizer's.", Damaged);
    public static readonly ErrorCode WrongType = Bad(
        "MP2303", "HF-TOK-TYPE", "A value of a tokenizer file is missing or has the wrong type.", Damaged);
    public static readonly ErrorCode IdTwice = Bad("MP2304", "HF-TOK-ID-TWICE", "One id is given to two tokens.", Contradiction);
    public static readonly ErrorCode TextTwice = Bad("MP2305", "HF-TOK-TEXT-TWICE", "One token has two ids.", Contradiction);
    public static readonly ErrorCode Gap = Bad(
        "MP2306", "HF-TOK-GAP", "An id is so far above the others that the vocabulary would be fillers for the most part.", Contradiction);
    public static readonly ErrorCode BeyondVocabulary = Bad(
        "MP2307", "HF-TOK-VOCAB-SIZE", "The tokenizer has more tokens than the model.", Contradiction);
    public static readonly ErrorCode Merge = Bad("MP2308", "HF-TOK-MERGE", "A merge is not two tokens that make a third.", Contradiction);
    public static readonly ErrorCode UnknownSpecial = Bad(
        "MP2310", "HF-TOK-SPECIAL", "A special token is not in the vocabulary.", Contradiction);
    public static readonly ErrorCode Protobuf = Bad("MP2311", "HF-TOK-PROTOBUF", "tokenizer.model is not a SentencePiece model.", Damaged);
    public static readonly ErrorCode Disagreement = Bad(
        "MP2312", "HF-TOK-DISAGREE", "Two tokenizer files say different things.", Contradiction);

    public static IReadOnlyList<ErrorCode> All { get; } =
    [
        NotJson, TooLarge, WrongType, IdTwice, TextTwice, Gap, BeyondVocabulary, Merge, UnknownSpecial, Protobuf, Disagreement,
    ];

    public static ModelFormatException At(this ErrorCode code, string file, string detail, long offset = 0, Exception? inner = null) =>
        new(code, $"{file}: {detail}", offset, inner) { FilePath = file, Companion = file };

    private static ErrorCode Bad(string id, string rule, string summary, string remedy) =>
        new(id, rule, ErrorKind.InvalidFile, summary, remedy);
}
