using static ModelPack.Architectures.Tokenizers.PreTokenizerStep;

namespace ModelPack.Architectures.Tokenizers;

/// <summary>
/// The pre-tokenizer of DeepSeek LLM (hf-companions.md §2.4): its letters are a long list of characters instead of a class of Unicode. The
/// sequence of its steps is its own, so that it is known by them; from the id alone it cannot be written.
/// </summary>
internal static class DeepSeekLlm
{
    public const string Id = "deepseek-llm";

    private static readonly string Lines = RegexSpelling.Normal(@"[\r\n]");
    private static readonly string Ideographs = RegexSpelling.Normal(PreTokenizers.CjkAndHangul);

    public static bool Is(PreTokenizerStep[] normal) =>
        normal is [Split lines, Split letters, Split marks, Split { Regex: @"\s+$" }, Split ideographs, Digits,
            ByteLevel { UseRegex: false }]
        && lines.Regex == Lines && ideographs.Regex == Ideographs && IsList(letters.Regex, "A-Z") && IsList(letters.Regex, "a-z")
        && IsList(marks.Regex, "!-/")
        && !normal.Any(step => step is Split { DropsOthers: true });

    private static bool IsList(string regex, string range) =>
        regex.StartsWith(@"\s?[", StringComparison.Ordinal) && regex.EndsWith("]+", StringComparison.Ordinal)
        && !regex.Contains("[^", StringComparison.Ordinal)
        && !regex.Contains(@"\p", StringComparison.Ordinal) && regex.Contains(range, StringComparison.Ordinal);
}
