namespace ModelPack.Architectures.Apr;

/// <summary>The custom keys of a tokenizer with the GGUF keys that say the same (apr-v2.md §7.3).</summary>
internal static class AprTokenizerKeys
{
    public const string Vocabulary = "tokenizer.vocabulary";
    public const string Size = "tokenizer.vocab_size";
    public const string Merges = "tokenizer.merges";
    public const string Scores = "tokenizer.scores";
    public const string TokenTypes = "tokenizer.token_type";
    public const string AddBos = "tokenizer.add_bos_token";
    public const string PreTokenizer = "tokenizer.pre_type";
    public const string Model = "tokenizer.model";

    /// <summary>The key that realizar reads; a strict writer writes both.</summary>
    public const string ModelType = "tokenizer.model_type";

    public const string ChatTemplate = "tokenizer.chat_template";
    public const string GgufChatTemplate = "tokenizer.chat_template";

    /// <summary>Ids of special tokens: the GGUF key, the custom key, and the member of <c>special_tokens</c>. APR has no id for the unknown
    /// token, only its text.</summary>
    public static IReadOnlyList<(string Key, string? Custom, string Member)> Ids { get; } =
    [
        ("tokenizer.ggml.bos_token_id", "tokenizer.bos_token_id", "bos_token"),
        ("tokenizer.ggml.eos_token_id", "tokenizer.eos_token_id", "eos_token"),
        ("tokenizer.ggml.unknown_token_id", null, "unk_token"),
        ("tokenizer.ggml.padding_token_id", "tokenizer.padding_token_id", "pad_token"),
    ];
}
