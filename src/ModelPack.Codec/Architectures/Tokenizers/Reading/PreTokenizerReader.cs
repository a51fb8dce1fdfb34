using System.Text.Json;

namespace ModelPack.Architectures.Tokenizers.Reading;

/// <summary>Reads the steps of <c>pre_tokenizer</c>. A field that could change tokens and has no place in the steps has no key.</summary>
internal static class PreTokenizerReader
{
    public static PreTokenizerStep[] Read(JsonField tokenizer) => tokenizer.Steps("pre_tokenizer", "pretokenizers") is { Length: > 0 } steps
        ? [.. steps.Select(Step)]
        : throw tokenizer.NoRule("has no pre_tokenizer, and no tokenizer.ggml.pre stands for none");

    private static PreTokenizerStep Step(JsonField step) => step.Type() switch
    {
        "ByteLevel" => ByteLevel(step),
        "Split" => Split(step),
        "Digits" => new PreTokenizerStep.Digits(step.FlagOr("individual_digits", false)),
        "Punctuation" when step.FindText("behavior") == "Contiguous" => new PreTokenizerStep.ContiguousPunctuation(),
        _ => throw step.NoRule($"is {step.Show()}, which no tokenizer.ggml.pre stands for"),
    };

    private static PreTokenizerStep.ByteLevel ByteLevel(JsonField step) => step.FlagOr("add_prefix_space", true)
        ? throw step.NoRule("has add_prefix_space true, which no key says for byte-level BPE")
        : new PreTokenizerStep.ByteLevel(step.FlagOr("use_regex", true));

    /// <summary>Isolated cuts at the same places whether matches or what lies between them counts as found; Removed and inverted keeps the
    /// matches alone.</summary>
    private static PreTokenizerStep.Split Split(JsonField step)
    {
        JsonField pattern = step.Require("pattern");
        string? regex = pattern.Value.ValueKind != JsonValueKind.Object ? null
            : pattern.FindText("Regex") ?? (pattern.FindText("String") is { Length: > 0 } text ? RegexSpelling.Literal(text) : null);
        return (regex, step.Require("behavior").Text(), step.FlagOr("invert", false)) switch
        {
            ({ } found, "Isolated", _) => new PreTokenizerStep.Split(found),
            ({ } found, "Removed", true) => new PreTokenizerStep.Split(found, DropsOthers: true),
            _ => throw step.NoRule("splits otherwise than by an isolated regular expression"),
        };
    }
}
