using System.Collections.Immutable;

namespace ModelPack.Architectures.Names;

/// <summary>What belongs to the language model inside a model that sees or hears (formats/architectures, gemma3).</summary>
internal static class LanguageModels
{
    /// <summary>What names begin with in the class of the language model alone.</summary>
    public const string Alone = "model.";

    /// <summary>What its object in config.json is called.</summary>
    public static readonly ImmutableArray<string> Objects = ["text_config", "llm_config"];

    /// <summary>What names of its tensors begin with, and what is meant.</summary>
    public static readonly ImmutableArray<(string Found, string Meant)> Prefixes =
    [
        ("language_model.model.", Alone), ("model.language_model.", Alone), ("model.text_model.", Alone), ("language_model.", ""),
        ("language_model.", Alone),
    ];
}
