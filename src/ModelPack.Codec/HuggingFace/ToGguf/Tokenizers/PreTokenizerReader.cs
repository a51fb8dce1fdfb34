using System.Text.Json;
using ModelPack.Codec.HuggingFace.Tokenizers;

namespace ModelPack.Codec.HuggingFace.ToGguf.Tokenizers;

/// <summary>Reads the steps of <c>pre_tokenizer</c>. A field that could change tokens and has no place in the steps is refused.</summary>
internal static class PreTokenizerReader
{
    public static PreTokenizerStep[] Read(JsonField tokenizer)
    {
        JsonField root = tokenizer.Require("pre_tokenizer");
        return root.Type() == "Sequence" ? [.. root.Require("pretokenizers").Items().Select(Step)] : [Step(root)];
    }

    private static PreTokenizerStep Step(JsonField step) => step.Type() switch
    {
        "ByteLevel" => ByteLevel(step),
        "Split" => Split(step),
        "Digits" => new PreTokenizerStep.Digits(step.FlagOr("individual_digits", false)),
        "Punctuation" when step.Find("behavior")?.Text() == "Contiguous" => new PreTokenizerStep.ContiguousPunctuation(),
        _ => throw step.NoRule($"is {step.Show()}, which no tokenizer.ggml.pre stands for"),
    };

    private static PreTokenizerStep.ByteLevel ByteLevel(JsonField step) => step.FlagOr("add_prefix_space", true)
        ? throw step.NoRule("has add_prefix_space true, which no key says for byte-level BPE")
        : new PreTokenizerStep.ByteLevel(step.FlagOr("use_regex", true));

    private static PreTokenizerStep.Split Split(JsonField step)
    {
        JsonField pattern = step.Require("pattern");
        return step.Require("behavior").Text() == "Isolated" && !step.FlagOr("invert", false) && pattern.Value.ValueKind == JsonValueKind.Object && pattern.Find("Regex") is { } regex
            ? new PreTokenizerStep.Split(regex.Text())
            : throw step.NoRule("splits otherwise than by an isolated regular expression");
    }
}
