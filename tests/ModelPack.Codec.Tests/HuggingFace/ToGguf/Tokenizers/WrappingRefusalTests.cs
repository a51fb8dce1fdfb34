using static ModelPack.Codec.Tests.HuggingFace.ToGguf.Tokenizers.TokenizerFolders;

namespace ModelPack.Codec.Tests.HuggingFace.ToGguf.Tokenizers;

/// <summary>A post-processor that adds what the runtime does not is named with its place.</summary>
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
    [DataRow(Begin + "," + Begin + "," + Text)]
    [DataRow(Begin + "," + Text + "," + End + "," + End)]
    public void Template_that_is_not_one_text_between_two_tokens_is_refused(string single) =>
        Changed("MP2309", "tokenizer.json: post_processor.single is not one text with at most one token before and one behind it", WordPiece, "post_processor", "single", $"[{single}]");

    [TestMethod]
    [DataRow("")]
    [DataRow(Begin + "," + Text + "," + End)]
    [DataRow(Text + "," + End + "," + Text + "," + End)]
    [DataRow(Begin + "," + Text + "," + End + "," + Text)]
    [DataRow(End + "," + Text + "," + End + "," + Text + "," + End)]
    [DataRow(Begin + "," + Text + "," + End + "," + Text + "," + Begin)]
    [DataRow(Begin + "," + Text + "," + Text + "," + Text + "," + End)]
    public void Pair_that_begins_or_ends_otherwise_than_a_single_text_is_refused(string pair) =>
        Changed("MP2309", "tokenizer.json: post_processor.pair does not put around two texts what single puts around one", WordPiece, "post_processor", "pair", $"[{pair}]");

    [TestMethod]
    [DataRow("""{"ids":[2,3],"tokens":["[CLS]","[SEP]"]}""")]
    [DataRow("""{"ids":[2],"tokens":["[CLS]","[SEP]"]}""")]
    [DataRow("""{"ids":[],"tokens":[]}""")]
    public void Special_token_that_does_not_stand_for_one_is_refused(string token) => Changed(
        "MP2309", "tokenizer.json: post_processor.special_tokens.[CLS] does not stand for one token", WordPiece, "post_processor", "special_tokens",
        $$$"""{"[CLS]":{{{token}}},"[SEP]":{"ids":[3],"tokens":["[SEP]"]}}""");

    [TestMethod]
    [DataRow("[CLS]", 2, "[X]")]
    [DataRow("[SEP]", 3, "")]
    public void Token_that_is_not_in_the_vocabulary_is_refused(string name, int id, string text)
    {
        string other = name == "[CLS]" ? """ "[SEP]":{"ids":[3],"tokens":["[SEP]"]} """ : """ "[CLS]":{"ids":[2],"tokens":["[CLS]"]} """;
        Changed(
            "MP2310", $"tokenizer.json: post_processor names '{text}', which is not in the vocabulary", WordPiece, "post_processor", "special_tokens",
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
            Changed("MP2309", $"tokenizer.json: post_processor.{name} is not a token and its id", WordPiece, "post_processor", "", $$"""{"type":"{{type}}","sep":{{sep}},"cls":{{cls}}}""");
        }
    }

    [TestMethod]
    public void Second_step_that_adds_tokens_is_refused()
    {
        string Steps(params string[] types) => $$"""{"type":"Sequence","processors":[{{string.Join(',', types.Select(type => $$"""{"type":"{{type}}","sep":["[SEP]",3],"cls":["[CLS]",2]}"""))}}]}""";
        Changed("MP2309", "tokenizer.json: post_processor.processors[2] is RobertaProcessing, a second step that adds tokens", WordPiece, "post_processor", "", Steps("BertProcessing", "ByteLevel", "RobertaProcessing"));
        Changed("MP2309", "tokenizer.json: post_processor.processors[1] is BertProcessing, a second step that adds tokens", WordPiece, "post_processor", "", Steps("RobertaProcessing", "BertProcessing"));
    }
}
