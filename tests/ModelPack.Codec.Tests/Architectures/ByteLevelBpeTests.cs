using System.Text.Json;
using ModelPack.Architectures;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures;

[TestClass]
public sealed class ByteLevelBpeTests
{
    [TestMethod]
    public void File_is_laid_out_as_tokenizers_writes_it()
    {
        DerivedFolder folder = SmallTokenizers.ByteLevel("gpt-2").Derive();
        folder.AssertFile("tokenizer.json", """
            {
              "version": "1.0",
              "truncation": null,
              "padding": null,
              "added_tokens": [
                {
                  "id": 5,
                  "content": "<|end|>",
                  "single_word": false,
                  "lstrip": false,
                  "rstrip": false,
                  "normalized": false,
                  "special": true
                },
                {
                  "id": 6,
                  "content": " é",
                  "single_word": false,
                  "lstrip": false,
                  "rstrip": false,
                  "normalized": false,
                  "special": false
                }
              ],
              "normalizer": null,
              "pre_tokenizer": {
                "type": "ByteLevel",
                "add_prefix_space": false,
                "trim_offsets": true,
                "use_regex": true
              },
              "post_processor": {
                "type": "ByteLevel",
                "add_prefix_space": true,
                "trim_offsets": false,
                "use_regex": true
              },
              "decoder": {
                "type": "ByteLevel",
                "add_prefix_space": true,
                "trim_offsets": true,
                "use_regex": true
              },
              "model": {
                "type": "BPE",
                "dropout": null,
                "unk_token": null,
                "continuing_subword_prefix": null,
                "end_of_word_suffix": null,
                "fuse_unk": false,
                "byte_fallback": false,
                "ignore_merges": false,
                "vocab": {
                  "a": 0,
                  "b": 1,
                  "Ġ": 2,
                  "ab": 3,
                  "Ġab": 4
                },
                "merges": [
                  "a b",
                  "Ġ ab"
                ]
              }
            }
            """);
        folder.AssertNote("tokenizer.json: added_tokens: lstrip, rstrip, normalized and single_word are lost and written as false");
    }

    [TestMethod]
    public void Llama_3_adds_its_begin_token_after_a_byte_level_step()
    {
        JsonElement post = Part("llama-bpe", "post_processor");
        Assert.AreEqual(
            """{"type":"Sequence","processors":[{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true},{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<|end|>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[{"SpecialToken":{"id":"<|end|>","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"<|end|>","type_id":1}},{"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"<|end|>":{"id":"<|end|>","ids":[5],"tokens":["<|end|>"]}}}]}""",
            Compact(post));
        Assert.IsTrue(Document("llama-bpe").GetProperty("model").GetProperty("ignore_merges").GetBoolean());
    }

    [TestMethod]
    public void Flag_of_the_file_outranks_the_default_of_the_pre_tokenizer()
    {
        Assert.AreEqual(
            "ByteLevel", Tokenizer(SmallTokenizers.ByteLevel("llama-bpe").Flag("tokenizer.ggml.add_bos_token", false))
                .GetProperty("post_processor").GetProperty("type").GetString());
        JsonElement ends = Tokenizer(SmallTokenizers.ByteLevel("gpt-2").Flag("tokenizer.ggml.add_eos_token", true))
            .GetProperty("post_processor");
        Assert.AreEqual(
            """[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"<|end|>","type_id":0}}]""", Compact(ends.GetProperty("single")));
    }

    [TestMethod]
    public void Roberta_family_has_its_own_post_processor() => Assert.AreEqual(
        """{"type":"RobertaProcessing","sep":["ab",3],"cls":["<|end|>",5],"trim_offsets":true,"add_prefix_space":false}""",
        Compact(Tokenizer(SmallTokenizers.ByteLevel("roberta-bpe").Count("tokenizer.ggml.seperator_token_id", 3))
            .GetProperty("post_processor")));

    [TestMethod]
    public void Space_inside_a_merge_divides_at_the_first_one_after_its_begin()
    {
        SmallGguf gguf = SmallTokenizers.ByteLevel("gpt-2").Tokens((" ", 1), ("a", 1), (" a", 1))
            .Set("tokenizer.ggml.merges", GgufValue.FromStrings(["  a"])).Without("tokenizer.ggml.bos_token_id")
            .Without("tokenizer.ggml.eos_token_id");
        Assert.AreEqual("""[[" ","a"]]""", Compact(Tokenizer(gguf).GetProperty("model").GetProperty("merges")));
    }

    [TestMethod]
    public void Added_token_before_an_ordinary_one_stays_in_the_vocabulary()
    {
        SmallGguf gguf = SmallTokenizers.ByteLevel("gpt-2").Tokens(("a", 1), ("b", 1), ("ab", 4), ("c", 4), ("x", 1), ("[PAD9]", 5));
        JsonElement model = Tokenizer(gguf.Set("tokenizer.ggml.merges", GgufValue.FromStrings(["a b"]))).GetProperty("model");
        Assert.AreEqual("""{"a":0,"b":1,"ab":2,"c":3,"x":4,"[PAD9]":5}""", Compact(model.GetProperty("vocab")));
    }

    [TestMethod]
    [DataRow("a ab c <x> <y>", "a 1|b 1|ab 1|c 1|<x> 3|<y> 4|[PAD6] 5", "a b ab c")]
    [DataRow("one that a merge makes", "a 1|b 1|<x> 3|ab 4|<y> 3", "a b <x> ab")]
    [DataRow("low ones", "<x> 3|<y> 4|a 1|b 1|ab 1|<z> 3", "<x> <y> a b ab")]
    [DataRow("a filler between", "a 1|b 1|ab 1|<x> 3|[PAD4] 5|<y> 3", "a b ab <x> [PAD4]")]
    [DataRow("unused ones at the end", "a 1|b 1|ab 1|<x> 3|old 5|[PAD5] 5", "a b ab <x> old")]
    [DataRow("one without a text", "a 1|b 1|ab 1|<x> 3| 3|<y> 3", "a b ab <x> ")]
    public void Only_an_unbroken_run_of_added_tokens_at_the_end_is_left_out_of_the_vocabulary(string what, string tokens, string vocabulary)
    {
        SmallGguf gguf = new SmallGguf("none").Text("tokenizer.ggml.model", "gpt2").Text("tokenizer.ggml.pre", "gpt-2")
            .Tokens([.. tokens.Split('|').Select(token => (token[..^2], token[^1] - '0'))])
            .Set("tokenizer.ggml.merges", GgufValue.FromStrings(["a b"]));
        JsonElement tokenizer = Tokenizer(gguf);
        Assert.AreEqual(
            vocabulary, string.Join(' ', tokenizer.GetProperty("model").GetProperty("vocab").EnumerateObject().Select(token => token.Name)),
            what);
        NumberingTests.AssertNumbers(gguf, tokenizer);
    }

    [TestMethod]
    public void Filler_with_a_role_keeps_its_number()
    {
        SmallGguf gguf = SmallTokenizers.ByteLevel("gpt-2")
            .Tokens(("a", 1), ("b", 1), ("ab", 1), ("[PAD3]", 5), ("[PAD4]", 5), ("[PAD5]", 5))
            .Set("tokenizer.ggml.merges", GgufValue.FromStrings(["a b"])).Count("tokenizer.ggml.padding_token_id", 4)
            .Without("tokenizer.ggml.bos_token_id").Without("tokenizer.ggml.eos_token_id");
        Assert.AreEqual(
            """{"a":0,"b":1,"ab":2,"[PAD3]":3,"[PAD4]":4}""", Compact(Tokenizer(gguf).GetProperty("model").GetProperty("vocab")));
        gguf.Derive().AssertNote("tokenizer_config.json: eos_token: no end token is known");
    }

    [TestMethod]
    public void Merge_that_a_text_cannot_say_makes_pairs_of_all()
    {
        SmallGguf gguf = SmallTokenizers.ByteLevel("gpt-2").Tokens(("a", 1), ("b", 1), ("ab", 1), ("#version", 1), ("#versiona", 1))
            .Without("tokenizer.ggml.bos_token_id").Without("tokenizer.ggml.eos_token_id");
        Assert.AreEqual("""["a b"]""", Merges(gguf, "a b"));
        Assert.AreEqual("""[["a","b"],["#version","a"]]""", Merges(gguf, "a b", "#version a"));

        static string Merges(SmallGguf gguf, params string[] merges) =>
            Compact(Tokenizer(gguf.Set("tokenizer.ggml.merges", GgufValue.FromStrings(merges))).GetProperty("model").GetProperty("merges"));
    }

    [TestMethod]
    [DataRow("qwen2", "{\"type\":\"NFC\"}", false)]
    [DataRow("mpt", "{\"type\":\"NFC\"}", false)]
    [DataRow("tekken", "null", false)]
    [DataRow("gpt-2", "null", false)]
    [DataRow("starcoder", "null", true)]
    [DataRow("deepseek-r1-qwen", "null", true)]
    public void Normalizer_is_said_to_be_a_guess_where_it_is_one(string pre, string normalizer, bool guess)
    {
        DerivedFolder folder = SmallTokenizers.ByteLevel(pre).Derive();
        using JsonDocument document = JsonDocument.Parse(folder.TextOf("tokenizer.json"));
        Assert.AreEqual(normalizer, Compact(document.RootElement.GetProperty("normalizer")));
        Assert.AreEqual(guess, folder.Notes.Contains($"tokenizer.json: normalizer: null is a guess for the pre-tokenizer {pre}"));
    }

    [TestMethod]
    [DataRow("default")]
    [DataRow("youtu")]
    [DataRow("deepseek-llm")]
    [DataRow("something-new")]
    public void Pre_tokenizer_without_rules_gives_no_tokenizer_but_the_rest(string pre)
    {
        DerivedFolder folder = SmallTokenizers.ByteLevel(pre).Derive();
        folder.AssertNoFile(
            "tokenizer.json",
            $"tokenizer.json: tokenizer.json cannot be derived: tokenizer.ggml.pre is '{pre}', which does not tell the pre-tokenizer's "
                + $"rules");
        Assert.Contains("\"eos_token\": \"<|end|>\"", folder.TextOf("tokenizer_config.json"));
        folder.AssertNote("tokenizer_config.json: clean_up_tokenization_spaces is lost");
    }

    [TestMethod]
    public void Contradictions_are_named()
    {
        Refused(SmallTokenizers.ByteLevel("gpt-2").Without("tokenizer.ggml.pre"), "tokenizer.ggml.pre is missing");
        Refused(SmallTokenizers.ByteLevel("gpt-2").Without("tokenizer.ggml.merges"), "tokenizer.ggml.merges is missing");
        Refused(SmallTokenizers.ByteLevel("gpt-2").Count("tokenizer.ggml.merges", 1),
            "tokenizer.ggml.merges is u32 1, not an array of strings");
        foreach (string merge in new[] { "", "a", "ab", " a", "a " })
        {
            Refused(SmallTokenizers.ByteLevel("gpt-2").Set("tokenizer.ggml.merges", GgufValue.FromStrings(["a b", merge])),
                "tokenizer.ggml.merges has no two parts at 1");
        }

        foreach (string merge in new[] { "z b", "a z", "b a" })
        {
            Refused(SmallTokenizers.ByteLevel("gpt-2").Set("tokenizer.ggml.merges", GgufValue.FromStrings([merge])),
                "tokenizer.ggml.merges at 0 needs a token that tokenizer.ggml.tokens does not have");
        }

        Refused(SmallTokenizers.ByteLevel("gpt-2").Tokens(("a", 1), ("b", 6)),
            "tokenizer.ggml.token_type is 6 at 1, which byte-level BPE does not have");
        Refused(SmallTokenizers.ByteLevel("llama-bpe").Without("tokenizer.ggml.bos_token_id"),
            "a begin token is to be added, but no key names it");
        Refused(SmallTokenizers.ByteLevel("gpt-2").Without("tokenizer.ggml.eos_token_id").Flag("tokenizer.ggml.add_eos_token", true),
            "an end token is to be added, but no key names it");
        Refused(SmallTokenizers.ByteLevel("gpt-2").Count("tokenizer.ggml.add_bos_token", 1),
            "tokenizer.ggml.add_bos_token is u32 1, not a bool");
        Refused(SmallTokenizers.ByteLevel("roberta-bpe").Without("tokenizer.ggml.bos_token_id"),
            "a begin or separator token is to be added, but no key names it");
    }

    [TestMethod]
    public void Separator_without_a_place_is_noted() =>
    SmallTokenizers.ByteLevel("gpt-2").Flag("tokenizer.ggml.add_sep_token", true).Derive()
        .AssertNote("tokenizer.json: post_processor: tokenizer.ggml.add_sep_token is true, but only RobertaProcessing has a place for it");

    private static void Refused(SmallGguf gguf, string reason) =>
        gguf.Derive().AssertNoFile("tokenizer.json", $"tokenizer.json: tokenizer.json cannot be derived: {reason}");

    private static JsonElement Document(string pre) => Tokenizer(SmallTokenizers.ByteLevel(pre));

    private static JsonElement Part(string pre, string name) => Document(pre).GetProperty(name);

    internal static JsonElement Tokenizer(SmallGguf gguf)
    {
        using JsonDocument document = JsonDocument.Parse(gguf.Derive().TextOf("tokenizer.json"));
        return document.RootElement.Clone();
    }

    internal static string Compact(JsonElement element)
    {
        using MemoryStream output = new();
        using (Utf8JsonWriter writer = new(
            output, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            element.WriteTo(writer);
        }

        return System.Text.Encoding.UTF8.GetString(output.ToArray());
    }
}
