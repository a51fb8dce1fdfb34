namespace ModelPack.Codec.HuggingFace;

/// <summary>Names of the files in a folder.</summary>
internal static class CompanionNames
{
    public const string Config = "config.json";
    public const string AdapterConfig = "adapter_config.json";
    public const string GenerationConfig = "generation_config.json";
    public const string Tokenizer = "tokenizer.json";
    public const string SentencePieceModel = "tokenizer.model";
    public const string TokenizerConfig = "tokenizer_config.json";
    public const string SpecialTokensMap = "special_tokens_map.json";
    public const string ChatTemplate = "chat_template.jinja";
    public const string NamedChatTemplates = "additional_chat_templates";
    public const string WordPieceVocabulary = "vocab.txt";
    public const string Modules = "modules.json";
    public const string Report = "modelpack-report.json";
}
