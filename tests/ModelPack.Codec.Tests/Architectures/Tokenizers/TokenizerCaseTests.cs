using System.Text.Json.Nodes;
using ModelPack.Architectures.Tokenizers.Reading;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using static ModelPack.Codec.Tests.Architectures.Tokenizers.TokenizerFolders;

namespace ModelPack.Codec.Tests.Architectures.Tokenizers;

/// <summary>Folders whose tokenizers were refused or read wrongly (tests/data/cases).</summary>
[TestClass]
public sealed class TokenizerCaseTests
{
    private readonly TempFolder folder = new();

    [TestCleanup]
    public void RemoveFolder() => folder.Dispose();

    [TestMethod]
    [DataRow("pre-spelling/deepseek-v3/model", "deepseek-v3", "")]
    [DataRow("pre-removed-inverted/olmo2/model", "dbrx", "")]
    [DataRow("pre-flags/gpt-oss/model", "gpt-4o", "model.ignore_merges is true, which tokenizer.ggml.pre 'gpt-4o' does not say")]
    [DataRow("deepseek-llm-pre/model", "deepseek-llm", "")]
    public void Published_structure_is_known(string name, string pre, string note)
    {
        using GgufFile gguf = Converted(name);
        Assert.AreEqual(pre, gguf.Find("tokenizer.ggml.pre")!.Text);
        Assert.IsTrue(note.Length == 0 || Read(name).Notes.Any(item => item.Contains(note, StringComparison.Ordinal)));
        ModelConverter.Convert(Case(name), folder.At("model.apr"), ModelFormat.Apr, new());
    }

    [TestMethod]
    public void Merges_into_added_tokens_never_happen()
    {
        using GgufFile gguf = Converted("spm-user-defined-merges/gemma3/model");
        DerivedTokenizer derived = Read("spm-user-defined-merges/gemma3/model");
        string[] tokens = derived.Strings("tokenizer.ggml.tokens");
        string[] kinds = derived.Show("tokenizer.ggml.token_type").Trim('[', ']').Split(", ");
        int spaces = Array.IndexOf(tokens, new string(' ', 2));
        Assert.AreEqual("4", kinds[spaces], "two spaces are looked for in the text as it is");
        CollectionAssert.DoesNotContain(tokens, "▁▁");
        Assert.AreEqual("3", kinds[Array.IndexOf(tokens, "<unused0>")]);
        Assert.AreEqual("4", kinds[Array.IndexOf(tokens, "[multimodal]")]);
    }

    [TestMethod]
    public void Splits_of_one_piece_may_stand_in_any_order()
    {
        using GgufFile gguf = Converted("spm-split-order/gemma3/model");
        DerivedTokenizer derived = Read("spm-split-order/gemma3/model");
        string[] tokens = derived.Strings("tokenizer.ggml.tokens");
        string[] scores = derived.Show("tokenizer.ggml.scores").Trim('[', ']').Split(", ");
        Assert.AreEqual(
            "0 -1 -2 -3 -4",
            string.Join(' ', new[] { "▁t", "in", "▁a", "he", "▁the" }.Select(piece => scores[Array.IndexOf(tokens, piece)])));
    }

    [TestMethod]
    public void Hole_gets_a_filler()
    {
        using GgufFile gguf = Converted("id-hole/bpe");
        DerivedTokenizer derived = Read("id-hole/bpe");
        CollectionAssert.AreEqual(
            new[] { "<|im_end|>", "[PAD259]", "[PAD260]", "[PAD261]", "<|tool|>" }, derived.Strings("tokenizer.ggml.tokens")[258..263]);
        Assert.AreEqual("3, 5, 5, 5, 3", string.Join(", ", derived.Show("tokenizer.ggml.token_type").Trim('[', ']').Split(", ")[258..263]));
        Noted(derived, "tokenizer.json: id 259 and 2 more below the highest belong to no token; [PAD259] and so on stand for it");
        Noted(derived,
            "'<|tool|>' has id 262, which was taken; the tokenizers library counts on from the tokens before it and gives it 259");
    }

    [TestMethod]
    public void Hole_of_any_kind_of_vocabulary_gets_a_filler()
    {
        JsonObject words = WordPiece();
        words["model"]!["vocab"]!["hole"] = 9;
        CollectionAssert.AreEqual(new[] { "", "▁[PAD7]", "▁[PAD8]", "▁hole" }, Derive(words).Strings("tokenizer.ggml.tokens")[6..]);
        JsonObject unigram = Unigram();
        unigram["added_tokens"]!.AsArray().Add(Parse("""{"id":7,"content":"<x>","special":true}"""));
        CollectionAssert.AreEqual(new[] { "▁the", "[PAD5]", "[PAD6]", "<x>" }, Derive(unigram).Strings("tokenizer.ggml.tokens")[4..]);
    }

    [TestMethod]
    public void Added_token_without_a_row_that_nothing_needs_is_left_out()
    {
        const string Name = "gemma3-token-beyond-rows/model";
        using GgufFile gguf = Converted(Name);
        Assert.AreEqual(304, gguf.Find("tokenizer.ggml.tokens")!.Count);
        Noted(Read(Name, 304),
            "tokenizer.json: added_tokens: '<image_soft_token>' left out: id 304 has no row in the embedding, which has 304");
    }

    [TestMethod]
    [DataRow("tokenizer_config.json", """{"eos_token":{"content":"<|call|>"}}""")]
    [DataRow("special_tokens_map.json", """{"pad_token":"<|call|>"}""")]
    [DataRow("config.json", """{"eos_token_id":[4,6]}""")]
    [DataRow("tokenizer_config.json", """{"chat_template":"{{ messages }}<|call|>"}""")]
    [DataRow("chat_template.jinja", "a<|call|>b")]
    public void Added_token_without_a_row_that_something_needs_is_refused(string file, string text)
    {
        Assert.AreEqual(6, Derive(6, ByteLevel()).Strings("tokenizer.ggml.tokens").Length);
        Refused("MP2307", "'<|call|>' has id 6, but the vocabulary of the model has 6 rows",
            () => Derive(6, ByteLevel(), File(file, text)));
    }

    [TestMethod]
    public void Added_token_of_the_post_processor_and_piece_of_the_model_need_a_row()
    {
        JsonObject tokenizer = With(ByteLevel(), "post_processor", "", """
            {"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"<|call|>","type_id":0}}],
             "special_tokens":{"<|call|>":{"id":"<|call|>","ids":[6],"tokens":["<|call|>"]}}}
            """);
        Refused("MP2307", "has 6 rows", () => Derive(6, tokenizer));
        Refused("MP2307", "has 2 rows", () => Derive(2, ByteLevel()));
    }

    [TestMethod]
    [DataRow("NFC", "gpt_neox", "mpt")]
    [DataRow("NFC", "mpt", "mpt")]
    [DataRow("NFC", "llama", "olmo")]
    [DataRow("NFC", "phi", "phi-2")]
    [DataRow(null, "gpt_neox", "gpt-2")]
    [DataRow(null, "mpt", "gpt-2")]
    [DataRow(null, "llama", "gpt-2")]
    [DataRow(null, "jais", "jais")]
    public void Id_that_stands_for_a_normalizer_needs_it_whatever_the_model(string? normalizer, string modelType, string pre)
    {
        JsonObject tokenizer = With(ByteLevel(), "normalizer", "", normalizer is null ? "null" : $$"""{"type":"{{normalizer}}"}""");
        DerivedTokenizer derived = Derive(tokenizer, File("config.json", $$"""{"model_type":"{{modelType}}"}"""));
        Assert.AreEqual($"\"{pre}\"", derived.Show("tokenizer.ggml.pre"));
    }

    [TestMethod]
    public void Piece_that_llama_cpp_makes_special_by_its_name_is_noted()
    {
        JsonObject tokenizer = ByteLevel();
        tokenizer["model"]!["vocab"]!["</s>"] = 7;
        Noted(Derive(tokenizer),
            "tokenizer.json: '</s>' (7) is an ordinary piece, but llama.cpp makes a special token of it because of its name: a text that "
                + "holds it gets other tokens");
        tokenizer["model"]!["vocab"]!["<PRE>"] = 8;
        Noted(Derive(tokenizer),
            "tokenizer.json: '</s>' (7) and 1 more are ordinary pieces, but llama.cpp makes special tokens of them because of their names");
        Assert.IsFalse(
            Derive(ByteLevel()).Notes.Any(note => note.Contains("because of", StringComparison.Ordinal)), "<|end|> is special by its type");
    }

    private static string Case(string name) => RepositoryData.Path(["cases", .. name.Split('/')]);

    private static DerivedTokenizer Read(string name, long? rows = null) => TokenizerToGguf.Derive(
        [.. Directory.EnumerateFiles(Case(name), "*.json")
            .Select(path => new Companion(Path.GetFileName(path), System.IO.File.ReadAllBytes(path)))], new TokenizerTarget(rows));

    private GgufFile Converted(string name)
    {
        ModelConverter.Convert(Case(name), folder.At("model.gguf"), ModelFormat.Gguf, new());
        return GgufFile.Open(new FileByteSource(folder.At("model.gguf")));
    }
}
