using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ModelPack.Formats.Gguf;

namespace ModelPack.Interop.Tests.Tokenizers;

/// <summary>Learns WordPiece from the frequent beginnings and other parts of words (hf-companions.md §2.5).</summary>
internal static partial class TrainedWordPiece
{
    private const int Most = 700;
    private const int LongestPart = 6;
    private const string Continuation = "##";
    private static readonly string[] Special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>
    /// Where accents go, tokenizers removes the marks without width (Unicode category Mn), but llama.cpp all marks (M), as the vowels of
    /// Devanagari that stand beside their letter. For that both decompose the text, but llama.cpp keeps one code point for each, and so
    /// loses all but the first letter of a Hangul syllable. The texts have neither.
    /// </summary>
    public static TrainedTokenizer Uncased() => Make(lowercase: true) with { Adapt = text => Different().Replace(text, "") };

    public static TrainedTokenizer Cased() => Make(lowercase: false);

    private static TrainedTokenizer Make(bool lowercase)
    {
        string[] words = [
            .. TrainedTokenizer.Lesson.Select(text => lowercase ? Plain(text) : text)
                .SelectMany(text => Regex.Matches(text, @"[\p{L}\p{M}\p{N}]+|\S")).Select(match => match.Value)];
        string[] first = Frequent(words.SelectMany(Beginnings));
        string[] other = Frequent(words.SelectMany(Others));
        string[] letters = [
            .. words.SelectMany(word => word.EnumerateRunes()).Select(rune => rune.ToString()).Distinct().Order(StringComparer.Ordinal)];
        string[] ordinary = [.. letters.Concat(first).Concat(letters.Concat(other).Select(part => Continuation + part)).Distinct()];
        string[] tokens = [.. Special, .. ordinary];
        MetadataEntry[] native =
        [
            new("tokenizer.ggml.model", GgufValue.FromString("bert")),
            new("tokenizer.ggml.pre", GgufValue.FromString("default")),
            new("tokenizer.ggml.tokens", GgufValue.FromStrings([.. Special, .. ordinary.Select(Phantom)])),
            new("tokenizer.ggml.token_type", GgufValue.FromArray<int>([.. tokens.Select((_, id) => id < Special.Length ? 3 : 1)])),
            new("tokenizer.ggml.bos_token_id", GgufValue.FromUInt32(2)),
            new("tokenizer.ggml.eos_token_id", GgufValue.FromUInt32(3)),
            new("tokenizer.ggml.unknown_token_id", GgufValue.FromUInt32(1)),
            new("tokenizer.ggml.seperator_token_id", GgufValue.FromUInt32(3)),
            new("tokenizer.ggml.padding_token_id", GgufValue.FromUInt32(0)),
            new("tokenizer.ggml.cls_token_id", GgufValue.FromUInt32(2)),
            new("tokenizer.ggml.mask_token_id", GgufValue.FromUInt32(4)),
            new("tokenizer.ggml.normalizer.lowercase", GgufValue.FromBool(lowercase)),
        ];
        (int, string)[] added = [.. Special.Select((text, id) => (id, text))];
        JsonObject json = new()
        {
            ["version"] = "1.0",
            ["added_tokens"] = TrainedTokenizer.Added(added),
            ["normalizer"] = new JsonObject
            {
                ["type"] = "BertNormalizer",
                ["clean_text"] = true,
                ["handle_chinese_chars"] = true,
                ["strip_accents"] = null,
                ["lowercase"] = lowercase,
            },
            ["pre_tokenizer"] = new JsonObject { ["type"] = "BertPreTokenizer" },
            ["post_processor"] = TrainedTokenizer.Around(added[2], added[3]),
            ["decoder"] = new JsonObject { ["type"] = "WordPiece", ["prefix"] = Continuation, ["cleanup"] = true },
            ["model"] = new JsonObject
            {
                ["type"] = "WordPiece", ["unk_token"] = "[UNK]", ["continuing_subword_prefix"] = Continuation,
                    ["max_input_chars_per_word"] = 100,
                ["vocab"] = TrainedTokenizer.Vocabulary(tokens),
            },
        };
        JsonObject config = new()
        {
            ["unk_token"] = "[UNK]", ["sep_token"] = "[SEP]", ["pad_token"] = "[PAD]", ["cls_token"] = "[CLS]", ["mask_token"] = "[MASK]",
                ["do_lower_case"] = lowercase,
        };
        return new(
            lowercase
                ? "wordpiece"
                : "wordpiece-cased", native,
                [TrainedTokenizer.File("tokenizer.json", json), TrainedTokenizer.File("tokenizer_config.json", config)], Special);
    }

    private static string Plain(string text) => string.Concat(text.ToLowerInvariant().Normalize(NormalizationForm.FormD)
        .Where(letter => CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark));

    private static string Phantom(string token) =>
        token.StartsWith(Continuation, StringComparison.Ordinal) ? token[Continuation.Length..] : "\u2581" + token;

    private static IEnumerable<string> Beginnings(string word) => Parts(word, 0);

    private static IEnumerable<string> Others(string word) => Enumerable.Range(1, word.Length - 1).SelectMany(start => Parts(word, start));

    private static IEnumerable<string> Parts(string word, int start) =>
        Enumerable.Range(2, LongestPart - 1).Where(length => start + length <= word.Length).Select(length => word.Substring(start, length))
        .Where(part => !part.Any(char.IsSurrogate));

    private static string[] Frequent(IEnumerable<string> parts) =>
        [.. parts.GroupBy(part => part).OrderByDescending(group => group.Count() * group.Key.Length)
            .ThenBy(group => group.Key, StringComparer.Ordinal).Take(Most).Select(group => group.Key)];

    [GeneratedRegex(@"[\p{Mc}\p{Me}\uAC00-\uD7A3]")]
    private static partial Regex Different();
}
