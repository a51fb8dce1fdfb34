using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Architectures.Tokenizers.Reading;
using ModelPack.Formats;
using static ModelPack.Codec.Tests.Architectures.Tokenizers.TokenizerFolders;

namespace ModelPack.Codec.Tests.Architectures.Tokenizers;

/// <summary>Every defect of a SentencePiece model is named, in tokenizer.model and in the tokenizer.json that stands for one.</summary>
[TestClass]
public sealed class SentencePieceRefusalTests
{
    [TestMethod]
    public void Protobuf_is_read_to_its_last_byte()
    {
        byte[] model = Pieces(("<unk>", 2), ("a", 1));
        Assert.AreEqual("[2, 1]", Model(model).Show("tokenizer.ggml.token_type"));
        Assert.IsNull(Model(model).Find("tokenizer.ggml.add_bos_token"), "no file says it");
        Refused("MP2311", "there are no pieces", () => Model([]));
        Refused("MP2311", "type 7 of piece 1 does not exist", () => Model(Pieces(("<unk>", 2), ("a", 7))));
        Refused("MP2311", "piece 0 has no text", () => Model([0x0A, 0x00]));
        Refused("MP2311", "piece 0 is not UTF-8", () => Model([0x0A, 0x03, 0x0A, 0x01, 0xFF]));
        Refused("MP2311", "wire type 3", () => Model([0x0B]));
        Refused("MP2311", "a number is cut off", () => Model([0x0A, 0x80]));
        Refused("MP2311", "field number 0", () => Model([0x00]));
        Refused("MP2311", "more than 64 bits", () => Model([0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02]));
        Refused("MP2311", "a number has more than ten bytes",
            () => Model([0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x81, 0x00]));
        Refused("MP2311", "not finite", () => Model([0x0A, 0x08, 0x0A, 0x01, (byte)'a', 0x15, 0x00, 0x00, 0xC0, 0x7F]));
        int cuts = 0;
        for (int length = 1; length < model.Length; length++)
        {
            try
            {
                Model(model[..length]);
            }
            catch (ModelFormatException error)
            {
                Assert.AreEqual("HF-TOK", error.Code.Rule[..6]);
                cuts++;
            }
        }

        Assert.IsGreaterThan(model.Length - 8, cuts);
    }

    // The fields are in hexadecimal: tag, then value.
    [TestMethod]
    [DataRow("unk_id is 4294967296", "C002 8080808010", "")]
    [DataRow("unk_id is -2147483649", "C002 FFFFFFFFF7FFFFFFFF01", "")]
    [DataRow("unk_id has wire type 5, not 0", "C502 00000000", "")]
    [DataRow("treat_whitespace_as_suffix is 2, not a flag", "C001 02", "")]
    [DataRow("treat_whitespace_as_suffix is -1, not a flag", "C001 FFFFFFFFFFFFFFFFFF01", "")]
    [DataRow("treat_whitespace_as_suffix is true, which no key says", "C001 01", "")]
    [DataRow("escape_whitespaces is false, which no key says", "", "28 00")]
    [DataRow("precompiled_charsmap has wire type 0, not 2", "", "10 01")]
    public void Settings_that_make_no_sense_or_have_no_key_are_refused(string detail, string trainer, string normalizer) =>
        Refused("MP2311", $"tokenizer.model: {detail}",
            () => Model([.. Pieces(("<unk>", 2), ("a", 1)), .. Message(0x12, trainer), .. Message(0x1A, normalizer)]));

    [TestMethod]
    public void Settings_that_are_harmless_are_accepted() =>
        Assert.AreEqual(
            "llama", Model([.. Pieces(("<unk>", 2), ("a", 1)), .. Message(0x12, "C001 00"), .. Message(0x1A, "28 01")])
                .Find("tokenizer.ggml.model")!.Text);

    [TestMethod]
    public void Kind_of_model_without_a_rule_travels()
    {
        byte[] words = [.. Pieces(("<unk>", 2), ("a", 1)), .. Message(0x12, "18 03")];
        Travels("tokenizer.model: model_type 3 has no rule", () => Model(words));
        Refused("MP2312", "tokenizer.model: model_type is 3, but tokenizer.json holds BPE",
            () => Derive(SentencePiece(), new Companion("tokenizer.model", words)));
        byte[] unigram = [.. Pieces(("<unk>", 2), ("a", 1)), .. Message(0x12, "18 01")];
        Refused("MP2312", "tokenizer.model: model_type is 1, but tokenizer.json holds BPE",
            () => Derive(SentencePiece(), new Companion("tokenizer.model", unigram)));
    }

    [TestMethod]
    public void Both_files_have_to_hold_the_same_pieces()
    {
        Refused("MP2312", "'a' has id 259, but 1 in tokenizer.model",
            () => Derive(SentencePiece(), new Companion("tokenizer.model", Pieces(("<unk>", 2), ("a", 1)))));
        Refused("MP2312", "tokenizer.json: '▁' has id 258, but tokenizer.model has 2 pieces",
            () => Derive(SentencePiece(), new Companion("tokenizer.model", Pieces(("<unk>", 2), ("<s>", 3)))));
    }

    [TestMethod]
    public void Merges_that_scores_cannot_say_travel()
    {
        ChangedTravels(
            "model.merges has no '▁' 'a', but the runtime joins every two tokens that make a third", SentencePiece, "model", "merges",
            """[["▁a","b"]]""");
        JsonObject tokenizer = SentencePiece();
        tokenizer["model"]!["vocab"]![new string('a', 513)] = 264;
        Travels("no scores stand for model.merges: tokenizer.ggml.tokens has 513 characters at 264, more than a SentencePiece piece can "
            + "have", () => Derive(tokenizer));
    }

    /// <summary>After <c>▁t</c> stand <c>h</c> and <c>e</c>, which make <c>he</c> before <c>▁th</c> comes up.</summary>
    [TestMethod]
    [DataRow("""[["▁","t"],["h","e"],["▁t","h"],["▁t","he"]]""", "")]
    [DataRow("""[["▁","t"],["▁t","h"],["h","e"],["▁t","he"]]""", "model.merges has no '▁th' 'e'")]
    public void A_merge_that_never_comes_up_need_not_be_listed(string merges, string expected)
    {
        JsonObject tokenizer = SentencePiece();
        JsonObject vocabulary = tokenizer["model"]!["vocab"]!.AsObject();
        int id = 264;
        foreach (string piece in (string[])["t", "h", "e", "▁t", "he", "▁th", "▁the"])
        {
            vocabulary[piece] = id++;
        }

        foreach (string gone in (string[])["a", "b", "▁a", "▁ab"])
        {
            vocabulary.Remove(gone);
        }

        tokenizer["model"]!["merges"] = JsonNode.Parse(merges);
        DerivedTokenizer derived = Derive(tokenizer);
        Assert.AreEqual(expected.Length == 0, derived.Find("tokenizer.ggml.tokens") is not null);
        Assert.Contains(expected, string.Join('\n', derived.Notes));
    }

    [TestMethod]
    [DataRow("null", "null", "the text has normalizer and pre_tokenizer null and null")]
    [DataRow("""{"type":"NFKC"}""", "null", """normalizer is {"type":"NFKC"}""")]
    [DataRow(
        "null", """{"type":"Metaspace","replacement":"_","prepend_scheme":"never","split":false}""",
        """pre_tokenizer null and {"type":"Metaspace","replacement":"_",""")]
    [DataRow("null", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":true}""", "pre_tokenizer null and ")]
    [DataRow("null", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"never"}""", "pre_tokenizer null and ")]
    [DataRow("null", """{"type":"Metaspace","replacement":"▁","prepend_scheme":"last","split":false}""", "pre_tokenizer is ")]
    public void Change_of_the_text_that_no_key_says_travels(string normalizer, string preTokenizer, string detail)
    {
        JsonObject tokenizer = SentencePiece();
        tokenizer["normalizer"] = JsonNode.Parse(normalizer);
        tokenizer["pre_tokenizer"] = JsonNode.Parse(preTokenizer);
        Travels(detail, () => Derive(tokenizer));
        Travels("which no key says for SentencePiece-BPE", () => Derive(tokenizer));
    }

    private static DerivedTokenizer Model(byte[] bytes) => TokenizerToGguf.Derive([new Companion("tokenizer.model", bytes)], default);

    /// <summary>A BPE model of pieces, without roles.</summary>
    private static byte[] Pieces(params (string Text, byte Kind)[] pieces)
    {
        List<byte> bytes = [];
        foreach ((string text, byte kind) in pieces)
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            bytes.AddRange([0x0A, (byte)(utf8.Length + 4), 0x0A, (byte)utf8.Length, .. utf8, 0x18, kind]);
        }

        const string None = "FFFFFFFFFFFFFFFFFF01";
        return [.. bytes, .. Message(0x12, $"18 02 C802 {None} D002 {None}"), .. Message(0x1A, "20 00")];
    }

    private static byte[] Message(byte tag, string fields)
    {
        byte[] bytes = Convert.FromHexString(fields.Replace(" ", "", StringComparison.Ordinal));
        return [tag, (byte)bytes.Length, .. bytes];
    }
}
