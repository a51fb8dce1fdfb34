using System.Text.Json.Nodes;
using ModelPack.Architectures.Tokenizers.Reading;
using static ModelPack.Codec.Tests.Architectures.Tokenizers.TokenizerFolders;

namespace ModelPack.Codec.Tests.Architectures.Tokenizers;

/// <summary>What of a tokenizer's files no key says is noted, and where two files or two spellings meet, one of them holds.</summary>
[TestClass]
public sealed class TokenizerNoteTests
{
    private const string Qwen35 =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    [TestMethod]
    public void Dropout_of_merges_is_noted()
    {
        Noted(Derive(With(ByteLevel(), "model", "dropout", "0.1")), "tokenizer.json: model.dropout is 0.1, which no key says");
        NotNoted(Derive(With(ByteLevel(), "model", "dropout", "0.0")), "dropout");
    }

    [TestMethod]
    public void Normalizer_of_byte_level_tokens_is_noted()
    {
        Noted(Derive(With(ByteLevel(), "normalizer", "", """{"type":"NFC"}""")), "tokenizer.json: normalizer: NFC has no key");
        NotNoted(Derive(ByteLevel()), "normalizer");
    }

    [TestMethod]
    public void Normalizer_that_the_only_id_of_the_rules_implies_is_noted()
    {
        JsonObject split = new()
        {
            ["type"] = "Split",
            ["pattern"] = new JsonObject { ["Regex"] = Qwen35 },
            ["behavior"] = "Isolated",
            ["invert"] = false,
        };
        JsonObject bytes = Parse("""{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}""");
        JsonObject tokenizer = With(
            ByteLevel(), "pre_tokenizer", "",
            new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(split, bytes) }.ToJsonString());
        Noted(Derive(tokenizer),
            "tokenizer.json: normalizer: published tokenizers of tokenizer.ggml.pre 'qwen35' have NFC, this one has none");
        NotNoted(Derive(With(tokenizer, "normalizer", "", """{"type":"NFC"}""")), "published tokenizers");
    }

    [TestMethod]
    [DataRow("5", "<tool>", DisplayName = "a token of both files, with another kind")]
    [DataRow("0", "<other>", DisplayName = "an id that a piece has")]
    [DataRow("9", "a", DisplayName = "a text that a piece has")]
    public void Tokenizer_json_holds_where_the_two_files_disagree(string id, string content)
    {
        JsonObject config = new()
        {
            ["added_tokens_decoder"] = new JsonObject { [id] = new JsonObject { ["content"] = content, ["special"] = true } },
        };
        DerivedTokenizer derived = Derive(ByteLevel(), File("tokenizer_config.json", config.ToJsonString()));
        CollectionAssert.AreEqual(Derive(ByteLevel()).Strings("tokenizer.ggml.tokens"), derived.Strings("tokenizer.ggml.tokens"));
        Assert.AreEqual("[1, 1, 1, 1, 3, 4, 3]", derived.Show("tokenizer.ggml.token_type"));
    }

    [TestMethod]
    public void Token_that_tokenizer_config_json_names_alone_is_added()
    {
        DerivedTokenizer derived = Derive(
            ByteLevel(), File("tokenizer_config.json", """{"added_tokens_decoder":{"7":{"content":"<late>","special":true}}}"""));
        Assert.AreEqual("<late>", derived.Strings("tokenizer.ggml.tokens")[7]);
    }

    [TestMethod]
    public void Unknown_token_of_SentencePiece_has_its_kind() =>
    StringAssert.StartsWith(Derive(SentencePiece()).Show("tokenizer.ggml.token_type"), "[2, 3, 6,");

    [TestMethod]
    public void Token_of_spaces_keeps_its_spelling_where_the_other_one_is_a_token_too()
    {
        JsonObject tokenizer = SentencePiece();
        JsonArray added = tokenizer["added_tokens"]!.AsArray();
        added.Add(Parse("""{"id":264,"content":"▁▁","special":false}"""));
        Assert.AreEqual("  ", Derive(tokenizer).Strings("tokenizer.ggml.tokens")[264]);
        added.Add(Parse("""{"id":265,"content":"  ","special":false}"""));
        CollectionAssert.AreEqual(new[] { "▁▁", "  " }, Derive(tokenizer).Strings("tokenizer.ggml.tokens")[264..]);
    }

    [TestMethod]
    public void Merge_in_one_text_is_cut_behind_its_first_character()
    {
        JsonObject tokenizer = ByteLevel();
        tokenizer["added_tokens"] = new JsonArray();
        tokenizer["model"]!["vocab"] = JsonNode.Parse("""{"a":0," ":1," a":2,"Ġ":3,"Ġa":4}""");
        tokenizer["model"]!["merges"] = JsonNode.Parse("""["  a"]""");
        CollectionAssert.AreEqual(new[] { "Ġ a" }, Derive(tokenizer).Strings("tokenizer.ggml.merges"));
    }

    [TestMethod]
    public void What_no_key_says_of_merges_bytes_and_ends_is_noted()
    {
        Noted(Derive(With(SentencePiece(), "model", "ignore_merges", "true")),
            "tokenizer.json: model.ignore_merges is true, which no key says");
        Noted(Derive(ByteLevel()), "of the 243 bytes of UTF-8 have no token");
        Noted(Derive(ByteLevel()), "no file names a token that ends a text; the runtime will take 11");
        NotNoted(Derive(ByteLevel(), File("tokenizer_config.json", """{"eos_token":"<|end|>"}""")), "ends a text");
    }

    [TestMethod]
    public void Bytes_of_Unigram_have_their_kind_and_a_note()
    {
        JsonObject tokenizer = With(Unigram(), "model", "byte_fallback", "true");
        tokenizer["model"]!["vocab"]!.AsArray().Add(JsonNode.Parse("""["<0x0A>",-9.0]"""));
        DerivedTokenizer derived = Derive(tokenizer);
        Noted(derived, "tokenizer.json: model.byte_fallback is true, which the runtime does not do for Unigram");
        Assert.EndsWith("6]", derived.Show("tokenizer.ggml.token_type"));
    }

    [TestMethod]
    [DataRow("BPE")]
    [DataRow("WordPiece")]
    [DataRow("Unigram")]
    public void Model_without_a_type_is_told_by_its_fields(string kind)
    {
        JsonObject tokenizer =
            kind switch { "BPE" => ByteLevel(), "WordPiece" => With(WordPiece(), "model", "max_input_chars_per_word", "100"), _ =>
                Unigram() };
        string[] tokens = Derive(tokenizer).Strings("tokenizer.ggml.tokens");
        tokenizer["model"]!.AsObject().Remove("type");
        CollectionAssert.AreEqual(tokens, Derive(tokenizer).Strings("tokenizer.ggml.tokens"));
    }

    [TestMethod]
    [DataRow("text_config")]
    [DataRow("llm_config")]
    public void Type_of_a_model_inside_another_tells_its_id(string field) =>
        Assert.AreEqual(
            "\"mpt\"",
            Derive(With(ByteLevel(), "normalizer", "", """{"type":"NFC"}"""),
                File("config.json", $$$"""{"{{{field}}}":{"model_type":"gpt_neox"}}""")).Show("tokenizer.ggml.pre"));

    [TestMethod]
    public void Chat_template_is_kept_where_the_tokenizer_travels()
    {
        DerivedTokenizer derived = Derive(
            With(ByteLevel(), "pre_tokenizer", "", """{"type":"Whitespace"}"""), File("chat_template.jinja", "a"));
        Assert.AreEqual("tokenizer.chat_template", string.Join(' ', derived.Entries.Select(entry => entry.Key)));
    }

    [TestMethod]
    public void Punctuation_is_cut_in_runs_or_travels()
    {
        string Steps(string behavior) => $$$"""
            {"type":"Sequence","pretokenizers":[{"type":"Punctuation","behavior":"{{{behavior}}}"},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true},
             {"type":"Digits","individual_digits":false},{"type":"Split","pattern":{"Regex":"[0-9][0-9][0-9]"},"behavior":"Isolated","invert":false}]}
            """;
        Assert.AreEqual("\"falcon\"", Derive(With(ByteLevel(), "pre_tokenizer", "", Steps("Contiguous"))).Show("tokenizer.ggml.pre"));
        Travels("Punctuation", () => Derive(With(ByteLevel(), "pre_tokenizer", "", Steps("Isolated"))));
    }

    private static void NotNoted(DerivedTokenizer derived, string text) =>
        Assert.IsFalse(derived.Notes.Any(note => note.Contains(text, StringComparison.Ordinal)), string.Join('\n', derived.Notes));
}
