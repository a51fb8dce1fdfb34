using System.Text.Json.Nodes;
using ModelPack.Architectures.Tokenizers.Reading;
using ModelPack.Formats;
using ModelPack.IO.Json;
using static ModelPack.Codec.Tests.Architectures.Tokenizers.TokenizerFolders;

namespace ModelPack.Codec.Tests.Architectures.Tokenizers;

/// <summary>Every defect of a folder's tokenizer files is named.</summary>
[TestClass]
public sealed class TokenizerRefusalTests
{
    [TestMethod]
    public void Text_that_is_not_JSON_is_refused()
    {
        Refused("MP2301", "tokenizer.json", () => Text("{"));
        Refused("MP2301", "uplicate", () => Text("""{"model":1,"model":2}"""));
        Refused("MP2301", "uplicate", () => Text("""{"model":{"type":"BPE","vocab":{"a":0,"a":1}}}"""));
        Refused("MP2301", "depth", () => Text(new string('[', 100_000)));
        Refused("MP2301", "surrogate", () => Text("""{"model":{"type":"\ud800"}}"""));
        Refused("MP2301", "tokenizer.json", () => Text("""{"model":{"type":"BPE","vocab":{"\ud800":0},"merges":[]}}"""));
        Refused("MP2301", "not UTF-8",
            () => TokenizerToGguf.Derive([new Companion("tokenizer.json", new byte[] { (byte)'"', 0xC3, (byte)'"' })], default));
        Refused("MP2301", "chat_template.jinja: the template is not UTF-8",
            () => Derive(ByteLevel(), new Companion("chat_template.jinja", new byte[] { 0xFF })));
    }

    [TestMethod]
    [DataRow("tokenizer.json")]
    [DataRow("tokenizer.model")]
    public void File_of_monstrous_size_is_refused_unread(string name) =>
        Refused("MP2302", $"{name}: the file has 134217729 bytes, more than 134217728",
            () => TokenizerToGguf.Derive([new Companion(name, new byte[CompanionText.MostListBytes + 1])], default));

    [TestMethod]
    public void Wrong_types_are_named_with_their_place()
    {
        Refused("MP2303", "model is missing", () => Text("{}"));
        Refused("MP2303", "the text is [], not an object", () => Text("[]"));
        Changed("MP2303", "model.vocab is [], not an object", ByteLevel, "model", "vocab", "[]");
        Changed("MP2303", "is -1, not an id", ByteLevel, "model", "vocab", """{"a":-1}""");
        Changed("MP2303", "is 0.5, not an id", ByteLevel, "model", "vocab", """{"a":0.5}""");
        Changed("MP2303", "the vocabulary has no tokens", () => Without(ByteLevel(), "added_tokens"), "model", "vocab", "{}", "[]");
        Changed("MP2303", "model.vocab[0] is [\"a\"], not a token and its score", Unigram, "model", "vocab", """[["a"]]""");
        Changed("MP2303", "is 1e300, not a number that f32 holds", Unigram, "model", "vocab", """[["a",1e300]]""");
        Changed("MP2303", "model.byte_fallback is \"yes\", not a boolean", ByteLevel, "model", "byte_fallback", "\"yes\"");
        Changed("MP2303", "precompiled_charsmap is not base64", Unigram, "normalizer", "precompiled_charsmap", "\"*\"");
    }

    [TestMethod]
    public void Ids_and_texts_that_stand_twice_are_refused()
    {
        Changed("MP2304", "id 0 is given to 'a' and to 'b'", ByteLevel, "model", "vocab", """{"a":0,"b":0}""", "[]");
        Changed("MP2305", "'a' has the ids 0 and 1", Unigram, "model", "vocab", """[["a",0],["a",1]]""");
        JsonObject added = ByteLevel();
        added["added_tokens"]![0]!["content"] = "a";
        Refused("MP2305", "'a' has the ids 0 and 4", () => Derive(added));
        JsonObject taken = ByteLevel();
        taken["added_tokens"]![0]!["id"] = 0;
        Refused("MP2304", "id 0 is given to 'a' and to '<|end|>'", () => Derive(taken));
    }

    [TestMethod]
    public void Ids_far_above_the_others_and_beyond_the_model_are_refused()
    {
        JsonObject gap = ByteLevel();
        gap["added_tokens"]![2]!["id"] = int.MaxValue;
        Refused("MP2306", "'<|call|>' has id 2147483647, but there are 7 tokens", () => Derive(gap));
        Refused("MP2307", "'<|call|>' has id 6, but the vocabulary of the model has 6 rows",
            () => Derive(6, ByteLevel(), File("tokenizer_config.json", """{"eos_token":"<|call|>"}""")));
    }

    [TestMethod]
    [DataRow("""[["a","z"]]""", "model.merges[0] is [\"a\",\"z\"], but 'z' is not in model.vocab")]
    [DataRow("""[["b","a"]]""", "model.merges[0] is [\"b\",\"a\"], but 'ba' is not in model.vocab")]
    [DataRow("""[["a"]]""", "not two parts")]
    [DataRow("""["a b c"]""", "model.merges[0] is \"a b c\", but 'b c' is not in model.vocab")]
    [DataRow("""["ab"]""", "not two parts")]
    public void Merges_of_unknown_parts_are_refused(string merges, string detail) =>
    Changed("MP2308", detail, ByteLevel, "model", "merges", merges);

    [TestMethod]
    public void Space_inside_a_merge_needs_its_other_spelling()
    {
        JsonObject tokenizer = ByteLevel();
        tokenizer["model"]!["vocab"] = JsonNode.Parse("""{"a":0," ":1," a":2,"b":3}""");
        tokenizer["model"]!["merges"] = JsonNode.Parse("""[[" ","a"]]""");
        Refused("MP2308", "model.merges[0] has a space inside a part", () => Derive(tokenizer));
    }

    [TestMethod]
    [DataRow("""{"type":"Whitespace"}""")]
    [DataRow("""{"type":"ByteLevel","add_prefix_space":true,"use_regex":true}""")]
    [DataRow("""{"type":"ByteLevel","add_prefix_space":false,"use_regex":false}""")]
    [DataRow("""{"type":"Split","pattern":{"Regex":"a"},"behavior":"Isolated","invert":false}""")]
    [DataRow("""{"type":"Split","pattern":{"Regex":"a"},"behavior":"Removed","invert":true}""")]
    [DataRow("""{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true}]}""")]
    [DataRow("""{"type":"Punctuation","behavior":"Isolated"}""")]
    public void Pre_tokenizer_that_no_id_stands_for_travels(string pre) =>
    ChangedTravels("pre_tokenizer", ByteLevel, "pre_tokenizer", "", pre);

    [TestMethod]
    public void Other_structures_without_a_key_travel()
    {
        ChangedTravels("normalizer", ByteLevel, "normalizer", "", """{"type":"Lowercase"}""");
        ChangedTravels("has no pre_tokenizer", ByteLevel, "pre_tokenizer", "", "null");
        ChangedTravels("post_processor", ByteLevel, "post_processor", "", """{"type":"Other"}""");
        ChangedTravels("normalizer", WordPiece, "normalizer", "", "null");
        JsonObject strips = With(Unigram(), "normalizer", "", """{"type":"Strip","strip_left":false,"strip_right":true}""");
        Travels("strips the text", () => Derive(With(strips, "pre_tokenizer", "", """{"type":"Metaspace","replacement":"▁"}""")));
        ChangedTravels("model", ByteLevel, "model", "type", "\"WordLevel\"");
        ChangedTravels("end_of_word_suffix", ByteLevel, "model", "end_of_word_suffix", "\"</w>\"");
        ChangedTravels("pre_tokenizer", WordPiece, "pre_tokenizer", "", """{"type":"Whitespace"}""");
        ChangedTravels("post_processor", WordPiece, "post_processor", "", "null");
        ChangedTravels("model has continuing_subword_prefix '@@', not '##'", WordPiece, "model", "continuing_subword_prefix", "\"@@\"");
        ChangedTravels("clean_text", WordPiece, "normalizer", "clean_text", "false");
        ChangedTravels("has no unk_id", Unigram, "model", "unk_id", "null");
        ChangedTravels("normalizer", Unigram, "normalizer", "", """{"type":"Lowercase"}""");
        ChangedTravels("pre_tokenizer", Unigram, "pre_tokenizer", "", """{"type":"Whitespace"}""");
    }

    [TestMethod]
    public void Special_tokens_that_are_not_in_the_vocabulary_are_noted_and_refused_where_one_is_added()
    {
        DerivedTokenizer derived = Derive(
            ByteLevel(), File("tokenizer_config.json", """{"bos_token":"<none>"}"""),
            File("special_tokens_map.json", """{"pad_token":{"content":"<none>"}}"""));
        Noted(derived, "tokenizer_config.json: bos_token is '<none>', which is not in the vocabulary; it was left out");
        Noted(derived, "special_tokens_map.json: pad_token is '<none>', which is not in the vocabulary; it was left out");
        Assert.AreEqual(
            "missing missing", $"{derived.Show("tokenizer.ggml.bos_token_id")} {derived.Show("tokenizer.ggml.padding_token_id")}");
        Refused("MP2310", "a bos token is to be added, but no file names it",
            () => Derive(ByteLevel(), File("tokenizer_config.json", """{"add_bos_token":true}""")));
        Refused("MP2310", "a bos token is to be added, but no file names it",
            () => Derive(ByteLevel(), File("tokenizer_config.json", """{"add_bos_token":true,"bos_token":"<none>"}""")));
    }

    [TestMethod]
    public void Files_that_contradict_one_another_are_refused()
    {
        JsonObject tokenizer = WordPiece();
        tokenizer["post_processor"]!["special_tokens"]!["[CLS]"]!["ids"] = new JsonArray(1);
        Refused("MP2312", "post_processor gives '[CLS]' the id 1, but the vocabulary 2", () => Derive(tokenizer));
        Changed("MP2312", "model has unk_id 9, but 5 tokens", Unigram, "model", "unk_id", "9");
        Refused("MP2312", "two chat templates have the name 'a_b'",
            () => Derive(ByteLevel(), File("additional_chat_templates/a-b.jinja", ""), File("additional_chat_templates/a_b.jinja", "")));
    }

    [TestMethod]
    public void Folder_without_a_tokenizer_gets_no_keys()
    {
        Travels("there is neither tokenizer.json nor tokenizer.model", () => TokenizerToGguf.Derive([], default));
        Travels("vocab.json and merges.txt do not tell",
            () => TokenizerToGguf.Derive([File("vocab.json", "{}"), File("merges.txt", "")], default));
    }

    private static JsonObject Without(JsonObject tokenizer, string name)
    {
        tokenizer.Remove(name);
        return tokenizer;
    }

    private static DerivedTokenizer Text(string json) => TokenizerToGguf.Derive([File("tokenizer.json", json)], default);
}
