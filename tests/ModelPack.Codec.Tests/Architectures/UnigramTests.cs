using System.Text.Json;
using ModelPack.Architectures.Tokenizers;
using ModelPack.Formats.Gguf;
using static ModelPack.Codec.Tests.Architectures.ByteLevelBpeTests;

namespace ModelPack.Codec.Tests.Architectures;

[TestClass]
public sealed class UnigramTests
{
    private const string Metaspace = """{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}""";
    private const string OneSpace = """{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}""";
    private const string NoLastSpace = """{"type":"Replace","pattern":{"Regex":" (?![\\s\\S])"},"content":""}""";

    [TestMethod]
    public void Parts_are_those_of_T5()
    {
        JsonElement tokenizer = Tokenizer(
            SmallTokenizers.Unigram().Set("tokenizer.ggml.precompiled_charsmap", GgufValue.FromArray<byte>([1, 2, 255, 0])));
        Assert.AreEqual("""{"type":"Precompiled","precompiled_charsmap":"AQL/AA=="}""", Compact(tokenizer.GetProperty("normalizer")));
        Assert.AreEqual(
            $$"""{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{{Metaspace}}]}""",
            Compact(tokenizer.GetProperty("pre_tokenizer")));
        Assert.AreEqual(Metaspace, Compact(tokenizer.GetProperty("decoder")));
        Assert.AreEqual(
            """{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"</s>","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"</s>","type_id":0}},{"Sequence":{"id":"B","type_id":0}},{"SpecialToken":{"id":"</s>","type_id":0}}],"special_tokens":{"</s>":{"id":"</s>","ids":[1],"tokens":["</s>"]}}}""",
            Compact(tokenizer.GetProperty("post_processor")));
        Assert.AreEqual(
            """{"type":"Unigram","unk_id":2,"vocab":[["<pad>",0.0],["</s>",0.0],["<unk>",0.0],["▁",-2.0122928619384766],["▁the",-3.5],["<x>",0.0]],"byte_fallback":false}""",
            Compact(tokenizer.GetProperty("model")));
    }

    [TestMethod]
    public void Normalizer_follows_both_keys()
    {
        Assert.AreEqual("null", Normalizer(SmallTokenizers.Unigram()));
        Assert.AreEqual(
            $$"""{"type":"Sequence","normalizers":[{{OneSpace}},{{NoLastSpace}}]}""",
            Normalizer(SmallTokenizers.Unigram().Flag("tokenizer.ggml.remove_extra_whitespaces", true)));
        Assert.AreEqual(
            $$"""{"type":"Sequence","normalizers":[{"type":"Precompiled","precompiled_charsmap":"AA=="},{{OneSpace}},{{NoLastSpace}}]}""",
            Normalizer(
                SmallTokenizers.Unigram().Flag("tokenizer.ggml.remove_extra_whitespaces", true)
                    .Set("tokenizer.ggml.precompiled_charsmap", GgufValue.FromArray<byte>([0]))));
    }

    /// <summary>A cut at white space would take line breaks away, which the runtime sees as characters unless the table makes spaces of
    /// them.</summary>
    [TestMethod]
    [DataRow("\t\n\r", true)]
    [DataRow("\t\n\r ", true)]
    [DataRow("\n\r", false)]
    [DataRow("\t\r", false)]
    [DataRow("\t\n", false)]
    public void White_space_is_cut_at_where_the_table_makes_spaces_of_it(string signs, bool splits)
    {
        byte[] table = CharsmapToSpaces(signs);
        JsonElement tokenizer = WithCharsmap(table);
        Assert.AreEqual(
            splits ? $$"""{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{{Metaspace}}]}""" : Metaspace,
            Compact(tokenizer.GetProperty("pre_tokenizer")));
        Assert.AreEqual(
            $$"""{"type":"Sequence","normalizers":[{"type":"Precompiled","precompiled_charsmap":"{{Convert.ToBase64String(table)}}"},{{OneSpace}}{{(splits ? "" : "," + NoLastSpace)}}]}""",
            Compact(tokenizer.GetProperty("normalizer")));
    }

    [TestMethod]
    public void Table_that_is_cut_off_or_leads_elsewhere_makes_no_spaces()
    {
        byte[] table = CharsmapToSpaces("\t\n\r");
        for (int length = 0; length < table.Length; length++)
        {
            Assert.IsFalse(Charsmap.MakesSpacesOfLineBreaks(table.AsSpan(0, length)), $"{length}");
        }

        for (int place = 0; place < table.Length; place++)
        {
            byte[] changed = [.. table];
            changed[place] ^= 0xFF;
            _ = Charsmap.MakesSpacesOfLineBreaks(changed);
        }

        Assert.IsFalse(Charsmap.MakesSpacesOfLineBreaks([.. table[..^2], (byte)'x', 0]));
        Assert.IsFalse(Charsmap.MakesSpacesOfLineBreaks([.. table[..^2], 0, 0]));
        Assert.IsTrue(Charsmap.MakesSpacesOfLineBreaks(table));
    }

    [TestMethod]
    public void Begin_token_makes_the_template_of_XLM_R()
    {
        JsonElement post = Tokenizer(
            SmallTokenizers.Unigram().Count("tokenizer.ggml.bos_token_id", 0).Flag("tokenizer.ggml.add_bos_token", true))
                .GetProperty("post_processor");
        Assert.AreEqual("<pad> A </s>", Pieces(post.GetProperty("single")));
        Assert.AreEqual("<pad> A </s> </s> B </s>", Pieces(post.GetProperty("pair")));

        static string Pieces(JsonElement pieces) =>
            string.Join(' ', pieces.EnumerateArray().Select(piece => piece.EnumerateObject().Single().Value.GetProperty("id").GetString()));
    }

    private static JsonElement WithCharsmap(byte[] table) => Tokenizer(
        SmallTokenizers.Unigram().Flag("tokenizer.ggml.remove_extra_whitespaces", true)
            .Set("tokenizer.ggml.precompiled_charsmap", GgufValue.FromArray<byte>(table)));

    /// <summary>A double array whose root leads to each sign at 16 and this to its value at 48, and one text for all.</summary>
    private static byte[] CharsmapToSpaces(string signs)
    {
        uint[] units = new uint[64];
        units[0] = 16u << 10;
        foreach (char sign in signs)
        {
            units[16 ^ sign] = (32u << 10) | (1u << 8) | sign;
            units[16 ^ sign ^ 32] = 1u << 31;
        }

        return [.. BitConverter.GetBytes(units.Length * sizeof(uint)), .. units.SelectMany(BitConverter.GetBytes), (byte)' ', 0];
    }

    [TestMethod]
    public void Byte_pieces_mean_byte_fallback()
    {
        Assert.IsFalse(Model(WithBytes(0)).GetProperty("byte_fallback").GetBoolean());
        Assert.IsTrue(Model(WithBytes(256)).GetProperty("byte_fallback").GetBoolean());
        Refused(WithBytes(255), "tokenizer.ggml.tokens has 255 byte tokens, but byte_fallback needs 256");

        static SmallGguf WithBytes(int count) => SmallTokenizers.Unigram()
            .Tokens([
                ("<pad>", 3), ("</s>", 3), ("<unk>", 2), ("▁", 1), .. Enumerable.Range(0, count).Select(value => ($"<0x{value:X2}>", 6))])
            .Set("tokenizer.ggml.scores", GgufValue.FromArray<float>(new float[4 + count]));
    }

    /// <summary>The library rates unknown characters by the lowest score of all pieces, the runtime by that of the normal ones.</summary>
    [TestMethod]
    public void No_piece_is_written_lower_than_the_normal_ones() => Assert.AreEqual(
        """[["<pad>",-7.5],["</s>",0.0],["<unk>",0.0],["▁",-7.5],["[PAD4]",-7.5],["<x>",-7.5]]""",
        Compact(Model(SmallTokenizers.Unigram()
            .Tokens(("<pad>", 3), ("</s>", 3), ("<unk>", 2), ("▁", 1), ("[PAD4]", 5), ("<x>", 4), ("[PAD6]", 5))
            .Set("tokenizer.ggml.scores", GgufValue.FromArray<float>([-1000, 0, 0, -7.5f, -10000, -1000, -10000]))).GetProperty("vocab")));

    [TestMethod]
    public void Contradictions_are_named()
    {
        Refused(SmallTokenizers.Unigram().Without("tokenizer.ggml.scores"), "tokenizer.ggml.scores is missing");
        Refused(SmallTokenizers.Unigram().Count("tokenizer.ggml.unknown_token_id", 6), "no key names the unknown token");
        Refused(SmallTokenizers.Unigram().Flag("tokenizer.ggml.add_bos_token", true), "a begin token is to be added, but no key names it");
        Refused(SmallTokenizers.Unigram().Flag("tokenizer.ggml.add_space_prefix", false),
            "tokenizer.ggml.add_space_prefix is false, for which there is no rule");
        Refused(SmallTokenizers.Unigram().Text("tokenizer.ggml.precompiled_charsmap", "x"),
            "tokenizer.ggml.precompiled_charsmap is string \"x\", not an array of u8");
    }

    [TestMethod]
    public void Prefix_space_without_a_key_is_a_guess() => SmallTokenizers.Unigram().Without("tokenizer.ggml.add_space_prefix").Derive()
        .AssertNote("tokenizer.json: pre_tokenizer: the prefix space is a guess, tokenizer.ggml.add_space_prefix is missing");

    private static JsonElement Model(SmallGguf gguf) => Tokenizer(gguf).GetProperty("model");

    private static string Normalizer(SmallGguf gguf) => Compact(Tokenizer(gguf).GetProperty("normalizer"));

    private static void Refused(SmallGguf gguf, string reason) =>
        gguf.Derive().AssertNoFile("tokenizer.json", $"tokenizer.json: tokenizer.json cannot be derived: {reason}");
}
