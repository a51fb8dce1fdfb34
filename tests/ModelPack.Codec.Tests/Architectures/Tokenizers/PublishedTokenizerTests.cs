using System.Security.Cryptography;
using System.Text.Json;
using ModelPack.Architectures.Tokenizers.Reading;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures.Tokenizers;

/// <summary>Tokenizers of published models give the keys that llama.cpp's converter gives them.</summary>
[TestClass]
public sealed class PublishedTokenizerTests
{
    private static readonly string[] Compared = ["model", "pre", "tokens", "token_type", "merges", "scores"];

    /// <summary>Where another value than the converter's is right.</summary>
    private static readonly Dictionary<(string Tokenizer, string Key), string> Differences = new()
    {
        [("deepseek_v3", "pre")] = "deepseek-v3",
        [("minilm", "pre")] = "default",
    };

    /// <summary>Roles that no file of the tokenizer states: the converter took them from a config.json that was made up.</summary>
    private static readonly HashSet<string> Unstated = ["falcon"];

    public static IEnumerable<string> Names => PublishedTokenizer.Names.Where(name => new PublishedTokenizer(name).Reference is not null);

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(Names))]
    public void Keys_are_those_of_the_converter(string name)
    {
        PublishedTokenizer tokenizer = new(name);
        long rows = tokenizer.Reference!.Value.GetProperty("tokenizer.ggml.tokens").GetProperty("count").GetInt64();
        DerivedTokenizer derived = TokenizerToGguf.Derive(tokenizer.Files, new TokenizerTarget(rows));
        List<string> differences = [];
        foreach (JsonProperty expected in tokenizer.Reference!.Value.EnumerateObject().Where(property => IsCompared(name, property.Name)))
        {
            string value = Differences.GetValueOrDefault((name, expected.Name["tokenizer.ggml.".Length..])) ?? Show(expected.Value);
            if (Show(derived.Find(expected.Name)) is { } found && found != value)
            {
                differences.Add($"{expected.Name} is {found}, not {value}");
            }
        }

        Assert.IsEmpty(differences, string.Join('\n', differences));
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow("t5-small", "t5", "default")]
    [DataRow("phi3-mini", "llama", "default")]
    [DataRow("spm-botchan-unigram", "t5", "default")]
    public void Without_a_reference_the_kind_is_known(string name, string model, string pre)
    {
        DerivedTokenizer derived = TokenizerToGguf.Derive(new PublishedTokenizer(name).Files, default);
        Assert.AreEqual(model, derived.Find("tokenizer.ggml.model")!.Text);
        Assert.AreEqual(pre, derived.Find("tokenizer.ggml.pre")!.Text);
    }

    [TestMethod]
    [DataRow("glm-dummy-prefix-cut", "<!dummy-prefix!>")]
    [DataRow("spm-botchan-bpe", "tokenizer.model: normalizer_spec changes the text, which no key says for SentencePiece-BPE")]
    public void What_no_key_says_travels(string name, string part) =>
        TokenizerFolders.Travels(part, () => TokenizerToGguf.Derive(new PublishedTokenizer(name).Files, default));

    [TestMethod]
    public void Padding_and_truncation_are_noted()
    {
        DerivedTokenizer derived = TokenizerToGguf.Derive(new PublishedTokenizer("minilm").Files, default);
        TokenizerFolders.Noted(
            derived, "tokenizer.json: padding has no key, and is no part of the model: where tokenizer.json is used as it is, "
                + "{\"strategy\":{\"Fixed\":128}");
        TokenizerFolders.Noted(derived, "tokenizer.json: truncation has no key, and is no part of the model");
    }

    [TestMethod]
    public void Bytes_that_no_text_holds_need_no_token_and_no_note() =>
        Assert.IsFalse(
            TokenizerToGguf.Derive(new PublishedTokenizer("olmo").Files, default).Notes.Any(
                note => note.Contains("bytes", StringComparison.Ordinal)));

    [TestMethod]
    public void Scores_of_a_tokenizer_json_alone_are_the_places_of_results()
    {
        DerivedTokenizer derived = TokenizerToGguf.Derive(new PublishedTokenizer("phi3-mini").Files, default);
        string[] tokens = derived.Strings("tokenizer.ggml.tokens");
        ReadOnlySpan<float> scores = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(
            derived.Find("tokenizer.ggml.scores")!.ItemBytes.Span);
        Assert.AreEqual(
            "0 -1 -2 -3",
            string.Join(
                ' ', scores[Array.IndexOf(tokens, "▁t")], scores[Array.IndexOf(tokens, "er")], scores[Array.IndexOf(tokens, "in")],
                scores[Array.IndexOf(tokens, "▁a")]));
    }

    private static bool IsCompared(string name, string key) =>
        Compared.Contains(key["tokenizer.".Length..].Replace("ggml.", "", StringComparison.Ordinal))
        || (key.EndsWith("_token_id", StringComparison.Ordinal) && !Unstated.Contains(name))
        || key.Contains(".add_", StringComparison.Ordinal);

    private static string Show(JsonElement expected) => expected.ValueKind == JsonValueKind.Object
        ? $"{expected.GetProperty("count").GetInt32()} items {expected.GetProperty("sha256").GetString()}"
        : expected.ValueKind is JsonValueKind.True or JsonValueKind.False ? expected.GetRawText() : expected.ToString();

    private static string Show(GgufValue? value) => value is null ? "missing"
        : value.ElementType is not null ? $"{value.Count} items {Convert.ToHexStringLower(SHA256.HashData(value.ItemBytes.Span))}"
        : value.Text ?? value.Display(100);
}
