using System.Text.Json.Nodes;
using ModelPack.Architectures.Tokenizers.Reading;
using static ModelPack.Codec.Tests.Architectures.Tokenizers.TokenizerFolders;

namespace ModelPack.Codec.Tests.Architectures.Tokenizers;

/// <summary>A post-processor that adds what the runtime does not, or that is damaged, is named with its place.</summary>
[TestClass]
public sealed class WrappingRefusalTests
{
    private const string Begin = """{"SpecialToken":{"id":"[CLS]","type_id":0}}""";
    private const string End = """{"SpecialToken":{"id":"[SEP]","type_id":0}}""";
    private const string Text = """{"Sequence":{"id":"A","type_id":0}}""";

    [TestMethod]
    [DataRow("")]
    [DataRow(Begin)]
    [DataRow(Begin + "," + End)]
    [DataRow(Text + "," + Text)]
    public void Template_that_is_not_one_text_travels(string single) =>
        ChangedTravels(
            "tokenizer.json: post_processor.single is not one text with tokens around it", WordPiece, "post_processor", "single",
            $"[{single}]");

    [TestMethod]
    [DataRow(Begin + "," + Begin + "," + Text, "'[CLS] [CLS] …'")]
    [DataRow(Begin + "," + Text + "," + End + "," + End, "'[CLS] … [SEP] [SEP]'")]
    public void Template_with_more_tokens_than_the_runtime_adds_is_noted_and_adds_none(string single, string shown)
    {
        JsonObject tokenizer = ByteLevel();
        tokenizer["model"]!["vocab"]!["[CLS]"] = 7;
        tokenizer["model"]!["vocab"]!["[SEP]"] = 8;
        tokenizer["post_processor"] = Parse($$"""
            { "type":"TemplateProcessing","single":[{{single}}],"special_tokens":{ "[CLS]":{"ids":[7],"tokens":["[CLS]"]},"[SEP]":{"ids":[8],"tokens":["[SEP]"]} } }
            """);
        DerivedTokenizer derived = Derive(tokenizer);
        Noted(derived, $"post_processor puts {shown} around a text, but a runtime one token on each side at most; it is told to add none");
        Assert.IsNull(derived.Find("tokenizer.ggml.add_bos_token"));
        ChangedTravels(
            "has no post_processor with a token before and one behind the text", WordPiece, "post_processor", "single", $"[{single}]");
    }

    [TestMethod]
    [DataRow("")]
    [DataRow(Begin + "," + Text + "," + End)]
    [DataRow(Text + "," + End + "," + Text + "," + End)]
    [DataRow(Begin + "," + Text + "," + End + "," + Text)]
    [DataRow(End + "," + Text + "," + End + "," + Text + "," + End)]
    [DataRow(Begin + "," + Text + "," + End + "," + Text + "," + Begin)]
    [DataRow(Begin + "," + Text + "," + Text + "," + Text + "," + End)]
    public void Pair_that_begins_or_ends_otherwise_than_a_single_text_is_noted(string pair)
    {
        DerivedTokenizer derived = Derive(With(WordPiece(), "post_processor", "pair", $"[{pair}]"));
        Noted(derived,
            "post_processor.pair does not put around two texts what single puts around one, which no key says; one text gets its tokens");
        Assert.AreEqual(
            "true true missing",
            string.Join(' ', new[] { "bos", "eos", "sep" }.Select(role => derived.Show($"tokenizer.ggml.add_{role}_token"))));
    }

    [TestMethod]
    [DataRow("""{"ids":[2,3],"tokens":["[CLS]","[SEP]"]}""")]
    [DataRow("""{"ids":[2],"tokens":["[CLS]","[SEP]"]}""")]
    [DataRow("""{"ids":[],"tokens":[]}""")]
    public void Special_token_that_does_not_stand_for_one_travels(string token) =>
    ChangedTravels(
        "tokenizer.json: post_processor.special_tokens.[CLS] does not stand for one token", WordPiece, "post_processor", "special_tokens",
        $$$"""{"[CLS]":{{{token}}},"[SEP]":{"ids":[3],"tokens":["[SEP]"]}}""");

    [TestMethod]
    [DataRow("[CLS]", 2, "[X]")]
    [DataRow("[SEP]", 3, "")]
    public void Token_that_is_not_in_the_vocabulary_is_refused(string name, int id, string text)
    {
        string other = name == "[CLS]" ? """ "[SEP]":{"ids":[3],"tokens":["[SEP]"]} """ : """ "[CLS]":{"ids":[2],"tokens":["[CLS]"]} """;
        Changed(
            "MP2310", $"tokenizer.json: post_processor names '{text}', which is not in the vocabulary", WordPiece, "post_processor",
            "special_tokens",
            $$"""{"{{name}}":{"ids":[{{id}}],"tokens":["{{text}}"]},{{other}}}""");
    }

    [TestMethod]
    [DataRow("""["[SEP]"]""", """["[CLS]",2]""", "sep")]
    [DataRow("""["[SEP]",3]""", "[]", "cls")]
    [DataRow("""["[SEP]",3]""", """["[CLS]",2,0]""", "cls")]
    public void Token_without_its_id_is_refused(string sep, string cls, string name)
    {
        foreach (string type in (ReadOnlySpan<string>)["BertProcessing", "RobertaProcessing"])
        {
            Changed("MP2303", $"tokenizer.json: post_processor.{name} is {(name == "sep" ? sep : cls)}, not a token and its id", WordPiece,
                "post_processor", "", $$"""{"type":"{{type}}","sep":{{sep}},"cls":{{cls}}}""");
        }
    }

    [TestMethod]
    public void Second_step_that_adds_tokens_travels()
    {
        string Steps(params string[] types) =>
            $$"""{"type":"Sequence","processors":[{{string.Join(',', types.Select(type => $$"""{"type":"{{type}}","sep":["[SEP]",3],"cls":["[CLS]",2]}"""))}}]}""";
        ChangedTravels(
            "tokenizer.json: post_processor.processors[2] is RobertaProcessing, a second step that adds tokens", WordPiece,
            "post_processor", "", Steps("BertProcessing", "ByteLevel", "RobertaProcessing"));
        ChangedTravels(
            "tokenizer.json: post_processor.processors[1] is BertProcessing, a second step that adds tokens", WordPiece, "post_processor",
            "", Steps("RobertaProcessing", "BertProcessing"));
    }
}
