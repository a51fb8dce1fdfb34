using System.Text.Json.Nodes;
using ModelPack.Architectures.Tokenizers.Reading;
using static ModelPack.Codec.Tests.Architectures.Tokenizers.TokenizerFolders;

namespace ModelPack.Codec.Tests.Architectures.Tokenizers;

/// <summary>Keys written by hand from hf-companions.md §2.9.</summary>
[TestClass]
public sealed class KnownAnswerTests
{
    private static readonly int[] ByteLevelTypes = [1, 1, 1, 1, 3, 4, 3, 5, 5];

    [TestMethod]
    public void Byte_level_tokens_merges_and_fillers()
    {
        DerivedTokenizer derived = Derive(
            9, ByteLevel(),
            File("tokenizer_config.json", """{"eos_token":{"content":"<|end|>"},"add_bos_token":false,"chat_template":"{{ x }}\n"}"""));
        CollectionAssert.AreEqual(
            new[]
            {
                "tokenizer.ggml.model", "tokenizer.ggml.pre", "tokenizer.ggml.tokens", "tokenizer.ggml.token_type", "tokenizer.ggml.merges",
                "tokenizer.ggml.eos_token_id", "tokenizer.ggml.add_bos_token", "tokenizer.chat_template",
            },
            derived.Entries.Select(entry => entry.Key).ToArray());
        CollectionAssert.AreEqual(
            new[] { "a", "b", "ab", "Ġ", "<|end|>", "<tool>", "<|call|>", "[PAD7]", "[PAD8]" }, derived.Strings("tokenizer.ggml.tokens"));
        Assert.AreEqual($"[{string.Join(", ", ByteLevelTypes)}]", derived.Show("tokenizer.ggml.token_type"));
        CollectionAssert.AreEqual(new[] { "a b" }, derived.Strings("tokenizer.ggml.merges"));
        Assert.AreEqual("gpt-2", derived.Find("tokenizer.ggml.pre")!.Text);
        Assert.AreEqual("4", derived.Show("tokenizer.ggml.eos_token_id"));
        Assert.AreEqual("{{ x }}\n", derived.Find("tokenizer.chat_template")!.Text);
    }

    [TestMethod]
    public void Merges_of_older_files_are_texts()
    {
        JsonObject tokenizer = ByteLevel();
        tokenizer["model"]!["merges"] = new JsonArray("a b");
        CollectionAssert.AreEqual(new[] { "a b" }, Derive(tokenizer).Strings("tokenizer.ggml.merges"));
    }

    [TestMethod]
    public void Scores_fall_with_the_place_of_the_merge()
    {
        DerivedTokenizer derived = Derive(SentencePiece());
        Assert.AreEqual("llama", derived.Find("tokenizer.ggml.model")!.Text);
        string[] scores = derived.Show("tokenizer.ggml.scores").Trim('[', ']').Split(", ");
        CollectionAssert.AreEqual(new[] { "0", "0", "0", "0", "-1", "-1000" }, scores[258..]);
        string[] types = derived.Show("tokenizer.ggml.token_type").Trim('[', ']').Split(", ");
        Assert.AreEqual("2 3 6", string.Join(' ', types[..3]));
        Assert.AreEqual("6 1 1 1 1 1 4", string.Join(' ', types[257..]));
        Assert.AreEqual("0", derived.Show("tokenizer.ggml.unknown_token_id"));
        Assert.AreEqual("false", derived.Show("tokenizer.ggml.add_bos_token"), "the runtime would add one");
        Assert.IsNull(derived.Find("tokenizer.ggml.add_space_prefix"));
    }

    [TestMethod]
    public void Text_without_a_space_in_front_is_said()
    {
        JsonObject tokenizer = SentencePiece();
        tokenizer["normalizer"] = JsonNode.Parse("""{"type":"Replace","pattern":{"String":" "},"content":"▁"}""");
        Assert.AreEqual("false", Derive(tokenizer).Show("tokenizer.ggml.add_space_prefix"));
    }

    [TestMethod]
    public void Word_pieces_get_phantom_spaces()
    {
        DerivedTokenizer derived = Derive(
            8, WordPiece(),
            File("tokenizer_config.json", """{"cls_token":"[CLS]","sep_token":"[SEP]","unk_token":"[UNK]","pad_token":"[PAD]"}"""));
        CollectionAssert.AreEqual(
            new[] { "[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁run", "ning", "", "▁[PAD7]" }, derived.Strings("tokenizer.ggml.tokens"));
        Assert.AreEqual(
            "2 3 1 3 0 missing",
            string.Join(
                ' ', new[] { "bos", "eos", "unknown", "seperator", "padding", "cls" }.Select(
                    role => derived.Show($"tokenizer.ggml.{role}_token_id"))));
        Assert.AreEqual(
            "true true false false",
            string.Join(
                ' ', new[] { "add_bos_token", "add_eos_token", "add_sep_token", "normalizer.lowercase" }.Select(
                    key => derived.Show($"tokenizer.ggml.{key}"))));
    }

    [TestMethod]
    public void Unigram_keeps_scores_and_the_table_of_its_normalizer()
    {
        DerivedTokenizer derived = Derive(Unigram());
        Assert.AreEqual("[0, 0, 0, -2.0122929, -3.5]", derived.Show("tokenizer.ggml.scores"));
        Assert.AreEqual("[3, 3, 2, 1, 1]", derived.Show("tokenizer.ggml.token_type"));
        Assert.AreEqual("[1, 2, 255, 0]", derived.Show("tokenizer.ggml.precompiled_charsmap"));
        Assert.AreEqual("true", derived.Show("tokenizer.ggml.remove_extra_whitespaces"));
        Assert.AreEqual("2", derived.Show("tokenizer.ggml.unknown_token_id"));
        Assert.AreEqual("false", derived.Show("tokenizer.ggml.add_eos_token"), "the runtime would add one");
    }

    [TestMethod]
    public void Ids_come_from_config_json_where_no_text_names_them()
    {
        DerivedTokenizer derived = Derive(
            ByteLevel(),
            File("config.json", """{"bos_token_id":4,"eos_token_id":[6,4],"pad_token_id":-1,"text_config":{"sep_token_id":5}}"""));
        Assert.AreEqual(
            "4 6 5", string.Join(' ', new[] { "bos", "eos", "seperator" }.Select(role => derived.Show($"tokenizer.ggml.{role}_token_id"))));
        Assert.IsNull(derived.Find("tokenizer.ggml.padding_token_id"));
        CollectionAssert.Contains(derived.Notes, "config.json: pad_token_id is -1, but there are 7 tokens; it was left out");
    }

    [TestMethod]
    [DataRow("text_config")]
    [DataRow("llm_config")]
    public void Ids_of_a_language_model_inside_another_are_its_own(string field)
    {
        DerivedTokenizer derived = Derive(
            ByteLevel(), File("config.json", $$$"""{"eos_token_id":6,"{{{field}}}":{"bos_token_id":4,"eos_token_id":5}}"""));
        Assert.AreEqual("4 6", $"{derived.Show("tokenizer.ggml.bos_token_id")} {derived.Show("tokenizer.ggml.eos_token_id")}");
    }

    [TestMethod]
    public void An_end_of_turn_that_neither_ends_the_text_nor_a_sequence_travels()
    {
        JsonObject tokenizer = ByteLevel();
        tokenizer["post_processor"] = Parse("""
            {"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"<|end|>","type_id":0}}],
             "pair":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"<|end|>","type_id":0}},{"Sequence":{"id":"B","type_id":1}},{"SpecialToken":{"id":"<|end|>","type_id":1}}],
             "special_tokens":{"<|end|>":{"id":"<|end|>","ids":[4],"tokens":["<|end|>"]}}}
            """);
        DerivedTokenizer derived = Derive(tokenizer, File("tokenizer_config.json", """{"eos_token":"<tool>"}"""));
        Assert.AreEqual("4 5", $"{derived.Show("tokenizer.ggml.eos_token_id")} {derived.Show("tokenizer.ggml.eot_token_id")}");
        derived = Derive(tokenizer, File("tokenizer_config.json", """{"eos_token":"<tool>","eot_token":"<tool>"}"""));
        Assert.AreEqual("4 5", $"{derived.Show("tokenizer.ggml.eos_token_id")} {derived.Show("tokenizer.ggml.eot_token_id")}");
        Travels(
            "post_processor adds '<|end|>', the end token is '<tool>', and a turn ends with '<|call|>'",
            () => Derive(tokenizer, File("tokenizer_config.json", """{"eos_token":"<tool>","eot_token":"<|call|>"}""")));
    }

    [TestMethod]
    public void Templates_come_from_files_and_from_lists()
    {
        DerivedTokenizer derived = Derive(
            ByteLevel(),
            File("tokenizer_config.json", """{"chat_template":[{"name":"default","template":"d"},{"name":"tool-use","template":"t"}]}"""),
            File("additional_chat_templates/rag.jinja", "r\n"),
            File("chat_template.jinja", "other"));
        Assert.AreEqual("other", derived.Find("tokenizer.chat_template")!.Text);
        Assert.AreEqual("t", derived.Find("tokenizer.chat_template.tool_use")!.Text);
        Assert.AreEqual("r\n", derived.Find("tokenizer.chat_template.rag")!.Text);
        CollectionAssert.AreEqual(new[] { "tool_use", "rag" }, derived.Strings("tokenizer.chat_templates"));
        CollectionAssert.Contains(
            derived.Notes,
            "tokenizer_config.json: chat_template differs from chat_template.jinja; the file was taken, as transformers does");
    }

    [TestMethod]
    public void Template_of_a_processor_stands_where_there_is_no_other()
    {
        const string Key = "tokenizer.chat_template";
        var processor = File("chat_template.json", """{"chat_template":"p"}""");
        Assert.AreEqual("p", Derive(ByteLevel(), processor).Find(Key)!.Text);
        var config = File("tokenizer_config.json", """{"chat_template":"d"}""");
        Assert.AreEqual("d", Derive(ByteLevel(), processor, config).Find(Key)!.Text);
    }

    [TestMethod]
    public void Text_of_the_file_is_kept_if_asked_for()
    {
        Assert.IsNull(Derive(ByteLevel()).Find("tokenizer.huggingface.json"));
        string text = ByteLevel().ToJsonString();
        DerivedTokenizer kept = TokenizerToGguf.Derive([File("tokenizer.json", text)], new TokenizerTarget(null, KeepsText: true));
        Assert.AreEqual(text, kept.Find("tokenizer.huggingface.json")!.Text);
    }
}
