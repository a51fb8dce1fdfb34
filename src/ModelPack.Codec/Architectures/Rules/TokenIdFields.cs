using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Rules;

/// <summary>Token ids that config.json and generation_config.json hold.</summary>
internal static class TokenIdFields
{
    private const string Prefix = "tokenizer.ggml.";

    public static readonly (string Key, string Field)[] All =
    [
        (Prefix + "bos_token_id", "bos_token_id"),
        (Prefix + "eos_token_id", "eos_token_id"),
        (Prefix + "padding_token_id", "pad_token_id"),
    ];

    /// <summary>Every token that may end a text (hf-companions.md §1.5).</summary>
    public static readonly string[] Ends = [Prefix + "eos_token_id", Prefix + "eot_token_id", Prefix + "eom_token_id"];

    /// <summary>Reads an id and compares it with the token list, if there is one.</summary>
    public static Reading<long> Read(Derivation derivation, string key)
    {
        Reading<long> reading = derivation.Keys.Count(key);
        return reading.TryGet(out long id) && derivation.Keys.Find(Prefix + "tokens") is { ElementType: GgufValueType.String } tokens
            && id >= tokens.Count
            ? Reading<long>.Wrong($"{key} is {id}, but {Prefix}tokens has {Plural.Of(tokens.Count, "item")}")
            : reading;
    }
}
