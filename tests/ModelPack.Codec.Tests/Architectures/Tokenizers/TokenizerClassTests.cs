using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Architectures.Tokenizers.Reading;
using ModelPack.Codec.Tests.Architectures.Families;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures.Tokenizers;

/// <summary>A folder of before tokenizer.json: a class of transformers knows the rest of what its lists say, and gives the same
/// tokens.</summary>
[TestClass]
public sealed class TokenizerClassTests
{
    private const string Tokenizer = "tokenizer.json";
    private const string Settings = "tokenizer_config.json";

    [TestMethod]
    [DataRow("bert-base-uncased", 465)]
    [DataRow("bert-cased", 547)]
    [DataRow("bert-distil", 543)]
    [DataRow("nomic-bert-v15", 512)]
    [DataRow("gpt2-small", 497)]
    [DataRow("bert-roberta", 465)]
    [DataRow("qwen2-untied", 544)]
    [DataRow("qwen3-tied", 544)]
    [DataRow("t5", 640)]
    [DataRow("t5-flan", 640)]
    [DataRow("bert-xlmr-e5", 422)]
    [DataRow("bert-xlmr-bge-m3", 422)]
    public void Lists_alone_give_the_keys_that_tokenizer_json_gives(string checkpoint, int rows)
    {
        Companion[] files = [.. SharedCheckpoint.Of(checkpoint).Companions];
        string[] expected = Shown(TokenizerToGguf.Derive(files, new(rows)));
        DerivedTokenizer derived = TokenizerToGguf.Derive([.. files.Where(file => file.Name != Tokenizer)], new(rows));
        Assert.AreEqual(string.Join('\n', expected), string.Join('\n', Shown(derived)), string.Join('\n', derived.Notes));
    }

    [TestMethod]
    [DataRow("bert-minilm")]
    [DataRow("gpt2-small")]
    [DataRow("bert-xlmr-e5")]
    [DataRow("t5")]
    public void A_folder_with_a_list_alone_becomes_a_model_that_runs(string checkpoint)
    {
        using FamilyCheckpoint made = FamilyCheckpoint.Named(checkpoint);
        File.Delete(Path.Combine(made.Folder, Tokenizer));
        Certificate certificate = Unflushed.Convert(made.Folder, made.At("made.gguf"), ModelFormat.Gguf, new());
        Assert.AreEqual(Meaning.Runs, certificate.Meaning, string.Join('\n', certificate.MeaningReasons.Concat(certificate.Notes)));
    }

    [TestMethod]
    public void Without_settings_the_type_of_the_model_tells_the_class()
    {
        Companion[] files = [.. SharedCheckpoint.Of("bert-base-uncased").Companions];
        DerivedTokenizer derived = TokenizerToGguf.Derive(
            [.. files.Where(file => file.Name is "vocab.txt" or "config.json")], new(465));
        Assert.AreEqual("bert", derived.Find("tokenizer.ggml.model")?.Text, string.Join('\n', derived.Notes));
        CollectionAssert.AreEqual(
            TokenizerToGguf.Derive(files, new(465)).Strings("tokenizer.ggml.tokens"), derived.Strings("tokenizer.ggml.tokens"));
    }

    [TestMethod]
    public void A_class_that_nothing_is_known_of_has_no_keys()
    {
        Companion[] files = [
            .. SharedCheckpoint.Of("bert-base-uncased").Companions.Where(file => file.Name != Tokenizer)
                .Select(file => file.Name == Settings
                    ? Changed(file, settings => settings["tokenizer_class"] = "SomethingTokenizer") : file)];
        DerivedTokenizer derived = TokenizerToGguf.Derive(files, new(465));
        Assert.IsNull(derived.Find("tokenizer.ggml.tokens"));
    }

    [TestMethod]
    [DataRow("vocab.txt", "[CLS]", "the cls token '[CLS]' is not in it")]
    public void A_list_without_a_token_that_stands_around_a_text_has_no_keys(string name, string token, string expected)
    {
        Companion[] files = [
            .. SharedCheckpoint.Of("bert-base-uncased").Companions.Where(file => file.Name != Tokenizer)
                .Select(file => file.Name == name ? new(name, Encoding.UTF8.GetBytes(
                    Encoding.UTF8.GetString(file.Bytes.Span).Replace(token, "x" + token, StringComparison.Ordinal))) : file)];
        DerivedTokenizer derived = TokenizerToGguf.Derive(files, new(465));
        Assert.IsNull(derived.Find("tokenizer.ggml.tokens"));
        Assert.Contains(expected, string.Join('\n', derived.Notes));
    }

    [TestMethod]
    public void Tokens_of_a_file_beside_the_list_have_their_ids()
    {
        Companion[] files = [
            .. SharedCheckpoint.Of("gpt2-small").Companions.Where(file => file.Name != Tokenizer),
            new("added_tokens.json", """{"<|turn|>": 497}"""u8.ToArray())];
        DerivedTokenizer derived = TokenizerToGguf.Derive(files, new(498));
        Assert.AreEqual("<|turn|>", derived.Strings("tokenizer.ggml.tokens")[497]);
    }

    /// <summary>Several names stand for the same rules; the converter has one for each kind of model.</summary>
    [TestMethod]
    [DataRow("granitemoe")]
    [DataRow("granitemoeshared")]
    public void Models_of_one_kind_have_one_name_for_their_rules(string type)
    {
        Companion[] files = [
            .. SharedCheckpoint.Of("granitemoe").Companions.Select(
                file => file.Name == "config.json" ? Changed(file, config => config["model_type"] = type) : file)];
        Assert.AreEqual("refact", TokenizerToGguf.Derive(files, new(512)).Find("tokenizer.ggml.pre")?.Text);
    }

    // Nothing reads the scores of tokens that are no pieces, which stand at the end.
    private static string[] Shown(DerivedTokenizer derived) =>
    [
        .. derived.Entries.Where(entry => entry.Key != "tokenizer.ggml.scores")
            .Select(entry => $"{entry.Key} {((GgufValue)entry.Value).Display(int.MaxValue)}").Order(StringComparer.Ordinal),
    ];

    private static Companion Changed(Companion file, Action<JsonObject> change)
    {
        JsonObject root = JsonNode.Parse(file.Bytes.Span)!.AsObject();
        change(root);
        return new(file.Name, Encoding.UTF8.GetBytes(root.ToJsonString()));
    }
}
