using System.Text.Json;
using ModelPack.Architectures;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using static ModelPack.Codec.Tests.Architectures.ByteLevelBpeTests;

namespace ModelPack.Codec.Tests.Architectures;

[TestClass]
public sealed class WordPieceTests
{
    [TestMethod]
    public void Tokens_get_their_original_form_back()
    {
        DerivedFolder folder = SmallTokenizers.WordPiece().Derive();
        folder.AssertFile("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nrun\n##ning\né\n##\n");
        using JsonDocument tokenizer = JsonDocument.Parse(folder.TextOf("tokenizer.json"));
        Assert.AreEqual(
            """{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,"vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"run":4,"##ning":5,"é":6,"##":7}}""",
            Compact(tokenizer.RootElement.GetProperty("model")));
    }

    [TestMethod]
    public void Parts_are_those_of_BERT()
    {
        JsonElement tokenizer = Tokenizer(SmallTokenizers.WordPiece());
        Assert.AreEqual(
            """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""",
            Compact(tokenizer.GetProperty("normalizer")));
        Assert.AreEqual("""{"type":"BertPreTokenizer"}""", Compact(tokenizer.GetProperty("pre_tokenizer")));
        Assert.AreEqual("""{"type":"WordPiece","prefix":"##","cleanup":true}""", Compact(tokenizer.GetProperty("decoder")));
        Assert.AreEqual(
            """{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}}],"pair":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}},{"Sequence":{"id":"B","type_id":1}},{"SpecialToken":{"id":"[SEP]","type_id":1}}],"special_tokens":{"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},"[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}}""",
            Compact(tokenizer.GetProperty("post_processor")));
    }

    [TestMethod]
    public void Lower_case_is_the_default_of_the_runtime_whatever_the_letters()
    {
        SmallGguf cased = SmallTokenizers.WordPiece().Tokens(("[PAD]", 3), ("[UNK]", 3), ("[CLS]", 3), ("[SEP]", 3), ("▁Run", 1));
        Assert.IsTrue(Tokenizer(cased).GetProperty("normalizer").GetProperty("lowercase").GetBoolean());
        cased.Derive()
            .AssertNote(
                "tokenizer.json: normalizer: lowercase is true: tokenizer.ggml.normalizer.lowercase is missing, which means that to the "
                    + "runtime");
        Assert.IsFalse(
            Tokenizer(SmallTokenizers.WordPiece().Flag("tokenizer.ggml.normalizer.lowercase", false)).GetProperty("normalizer")
                .GetProperty("lowercase").GetBoolean());
        JsonElement told = Tokenizer(
            cased.Flag("tokenizer.ggml.normalizer.lowercase", true).Flag("tokenizer.ggml.normalizer.strip_accents", false))
                .GetProperty("normalizer");
        Assert.IsTrue(told.GetProperty("lowercase").GetBoolean());
        Assert.AreEqual(JsonValueKind.False, told.GetProperty("strip_accents").ValueKind);
        Assert.IsFalse(cased.Derive().Notes.Any(note => note.Contains("lowercase", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Class_token_is_the_begin_token_of_the_file()
    {
        SmallTokenizers.WordPiece().Derive().AssertFile(
            "special_tokens_map.json",
            "{\n  \"bos_token\": \"[CLS]\",\n  \"cls_token\": \"[CLS]\",\n  \"pad_token\": \"[PAD]\",\n  \"sep_token\": \"[SEP]\",\n  "
                + "\"unk_token\": \"[UNK]\"\n}\n");
    }

    /// <summary>Published BERT without capitals has <c>ℝ</c>, a capital letter that has no small one.</summary>
    [TestMethod]
    public void Old_file_of_a_model_without_capitals_makes_small_letters()
    {
        using GgufFile file = GgufFile.Open(new FileByteSource(RepositoryData.Path("cases", "wordpiece-cased-guess", "uncased.gguf")));
        using JsonDocument tokenizer = JsonDocument.Parse(DerivedCompanions.Derive(file).TextOf("tokenizer.json"));
        Assert.IsTrue(
            tokenizer.RootElement.GetProperty("model").GetProperty("vocab").EnumerateObject().Any(token => token.Name.Any(char.IsUpper)));
        Assert.IsTrue(tokenizer.RootElement.GetProperty("normalizer").GetProperty("lowercase").GetBoolean());
    }

    [TestMethod]
    public void Contradictions_are_named()
    {
        Refused(SmallTokenizers.WordPiece().Without("tokenizer.ggml.token_type"),
            "tokenizer.ggml.token_type is missing, without which the original tokens cannot be told");
        Refused(SmallTokenizers.WordPiece().Without("tokenizer.ggml.seperator_token_id"),
            "no key names the class, the separator or the unknown token");
        Refused(SmallTokenizers.WordPiece().Count("tokenizer.ggml.normalizer.lowercase", 1),
            "tokenizer.ggml.normalizer.lowercase is u32 1, not a bool");
        Refused(SmallTokenizers.WordPiece().Text("tokenizer.ggml.normalizer.strip_accents", "no"),
            "tokenizer.ggml.normalizer.strip_accents is string \"no\", not a bool");
        Refused(SmallTokenizers.WordPiece().Tokens(("##a", 3), ("a", 1)), "tokenizer.ggml.tokens has the same text at 0 and 1");
    }

    [TestMethod]
    public void Line_break_in_a_token_has_no_place_in_a_list_of_lines() =>
        SmallTokenizers.WordPiece().Tokens(("[PAD]", 3), ("[UNK]", 3), ("[CLS]", 3), ("[SEP]", 3), ("▁a\nb", 1)).Derive()
            .AssertNoFile("vocab.txt", "vocab.txt: vocab.txt cannot be derived: an item of tokenizer.ggml.tokens holds a line break");

    private static void Refused(SmallGguf gguf, string reason) =>
        gguf.Derive().AssertNoFile("tokenizer.json", $"tokenizer.json: tokenizer.json cannot be derived: {reason}");
}
