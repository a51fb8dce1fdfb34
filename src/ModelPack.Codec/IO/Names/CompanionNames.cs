using System.Collections.Immutable;

namespace ModelPack.IO.Names;

/// <summary>Names of the files in a folder.</summary>
internal static class CompanionNames
{
    public const string Config = "config.json";
    public const string AdapterConfig = "adapter_config.json";
    public const string GenerationConfig = "generation_config.json";
    public const string Tokenizer = "tokenizer.json";
    public const string SentencePieceModel = "tokenizer.model";
    public const string TiktokenModel = "tiktoken.model";
    public const string TokenizerConfig = "tokenizer_config.json";
    public const string SpecialTokensMap = "special_tokens_map.json";
    public const string ChatTemplate = "chat_template.jinja";
    public const string NamedChatTemplates = "additional_chat_templates";
    public const string WordPieceVocabulary = "vocab.txt";
    public const string Vocabulary = "vocab.json";
    public const string Tekken = "tekken.json";
    public const string Modules = "modules.json";
    public const string Report = "modelpack-report.json";

    /// <summary>Files of a tokenizer that Python's JSON reads; tokenizer.json is read by a strict reader.</summary>
    public static readonly ImmutableArray<string> OfPython = [TokenizerConfig, SpecialTokensMap, "added_tokens.json"];

    private static readonly string[] Others = [
        "params.json", "modules.json", "model_index.json", Tekken, Vocabulary, WordPieceVocabulary, "merges.txt", "added_tokens.json",
        SpecialTokensMap];
    private static readonly string[] Endings = ["_config.json", ".model", ".tiktoken", ".jinja"];

    /// <summary>Whether a file of that name says what the weights beside it are: settings, tokenizer, template, index. Texts for people and
    /// other JSON lie beside anything.</summary>
    public static bool Describes(string name) =>
        name == Config || Others.Contains(name, StringComparer.Ordinal)
        || Endings.Any(ending => name.EndsWith(ending, StringComparison.Ordinal))
        || (name.StartsWith("tokenizer", StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal))
        || (name.Contains(".safetensors.index.", StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal));
}
