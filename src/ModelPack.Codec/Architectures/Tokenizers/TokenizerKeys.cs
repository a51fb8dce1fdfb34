namespace ModelPack.Architectures.Tokenizers;

/// <summary>The keys of a tokenizer (hf-companions.md §2.1).</summary>
internal static class TokenizerKeys
{
    public const string HuggingFaceJson = "tokenizer.huggingface.json";
    public const string Model = "tokenizer.ggml.model";
    public const string PreTokenizer = "tokenizer.ggml.pre";
    public const string Tokens = "tokenizer.ggml.tokens";
    public const string Scores = "tokenizer.ggml.scores";
    public const string TokenTypes = "tokenizer.ggml.token_type";
    public const string Merges = "tokenizer.ggml.merges";
    public const string AddBos = "tokenizer.ggml.add_bos_token";
    public const string AddEos = "tokenizer.ggml.add_eos_token";
    public const string AddSeparator = "tokenizer.ggml.add_sep_token";
    public const string AddSpacePrefix = "tokenizer.ggml.add_space_prefix";
    public const string RemoveExtraWhitespaces = "tokenizer.ggml.remove_extra_whitespaces";
    public const string PrecompiledCharsmap = "tokenizer.ggml.precompiled_charsmap";
    public const string Lowercase = "tokenizer.ggml.normalizer.lowercase";
    public const string StripAccents = "tokenizer.ggml.normalizer.strip_accents";

    public const string ByteLevelBpe = "gpt2";
    public const string SentencePieceBpe = "llama";
    public const string GemmaBpe = "gemma4";
    public const string WordPiece = "bert";
    public const string Unigram = "t5";
}
