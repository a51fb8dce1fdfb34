using System.Text.Json;
using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Formats.Gguf;
using ModelPack.Validation;

namespace ModelPack.Codec.Tests.Validation;

[TestClass]
public sealed class TokenizerTests : ValidationTest
{
    [TestMethod]
    public void A_list_of_another_length_than_the_tokens_is_found_with_both_lengths()
    {
        EditableGguf gguf = TinyModel.Gguf();
        gguf.Set("tokenizer.ggml.scores", GgufValue.FromArray<float>(new float[TinyModel.Tokens.Count - 1]));
        Check(Finding(gguf), "tokenizer.ggml.scores");
        gguf.Set("tokenizer.ggml.scores", GgufValue.FromArray<float>(new float[TinyModel.Tokens.Count]));
        Sound(Validate(gguf));

        EditableApr apr = TinyModel.Apr();
        apr.SetJson("tokenizer.token_type", JsonSerializer.Serialize(new int[TinyModel.Tokens.Count - 1]));
        Check(Finding(apr), "tokenizer.token_type");

        static void Check(Finding finding, string place)
        {
            Assert.AreEqual(ValidationErrors.TokenLists, finding.Code);
            Assert.AreEqual(place, finding.Place);
            StringAssert.Contains(finding.Text, $"{TinyModel.Tokens.Count - 1}");
            StringAssert.Contains(finding.Text, $"{TinyModel.Tokens.Count}");
            Assert.IsNotNull(finding.ByteOffset);
        }
    }

    [TestMethod]
    public void A_vocabulary_size_that_the_vocabulary_does_not_have_is_found()
    {
        EditableApr model = TinyModel.Apr();
        model.SetJson("tokenizer.vocab_size", "5");
        Assert.AreEqual(ValidationErrors.TokenLists, Finding(model).Code);
    }

    [TestMethod]
    public void An_empty_list_of_scores_is_what_an_importer_writes()
    {
        EditableApr model = TinyModel.Apr();
        model.SetJson("tokenizer.scores", "[]");
        Sound(Validate(model));
    }

    [TestMethod]
    public void A_special_token_that_does_not_exist_is_found_in_every_format()
    {
        int beyond = TinyModel.Tokens.Count;
        EditableGguf gguf = TinyModel.Gguf();
        gguf.Set("tokenizer.ggml.padding_token_id", GgufValue.FromUInt32((uint)beyond));
        EditableApr apr = TinyModel.Apr();
        apr.SetJson("tokenizer.bos_token_id", $"{beyond}");
        Dictionary<string, object?> config = TinyFolder.Config();
        config["pad_token_id"] = beyond;
        string folder = TinyFolder.Write(
            Folder, "tiny", null, ("config.json", config), ("generation_config.json", new { eos_token_id = new[] { 1, beyond } }));
        Finding[] findings = [Finding(gguf), Finding(apr), .. ModelValidator.Validate(folder).Findings];
        Assert.HasCount(4, findings);
        string[] places = [
            "tokenizer.ggml.padding_token_id", "tokenizer.bos_token_id", "config.json: pad_token_id",
            "generation_config.json: eos_token_id"];
        CollectionAssert.AreEqual(places, findings.Select(finding => finding.Place).ToArray());
        foreach (Finding finding in findings)
        {
            Assert.AreEqual(ValidationErrors.TokenId, finding.Code);
            StringAssert.Contains(finding.Text, $"is {beyond}");
        }
    }

    [TestMethod]
    public void An_id_that_stands_for_no_token_is_a_note()
    {
        EditableGguf model = TinyModel.Gguf();
        model.Set("tokenizer.ggml.bos_token_id", GgufValue.FromUInt32(uint.MaxValue));
        ValidationReport report = Validate(model);
        Sound(report);
        Note note = report.Notes.Single(note => note.Rule == "K-TOKEN-ID");
        byte[] file = File.ReadAllBytes(Folder["model.gguf"]);
        Assert.AreEqual(uint.MaxValue, BitConverter.ToUInt32(file, (int)note.ByteOffset!.Value));
    }

    [TestMethod]
    [DataRow("a z", "'az'")]
    [DataRow("a 0", "'0'")]
    [DataRow("0 a", "'0'")]
    [DataRow("ac", "no two parts")]
    public void A_merge_rule_that_does_not_fit_the_vocabulary_is_found_in_every_format(string rule, string text)
    {
        List<string> merges = [.. TinyModel.Merges];
        merges[7] = rule;
        EditableGguf gguf = TinyModel.Gguf();
        gguf.Set("tokenizer.ggml.merges", GgufValue.FromStrings(merges));
        EditableApr apr = TinyModel.Apr();
        apr.SetJson("tokenizer.merges", JsonSerializer.Serialize(merges));
        string tokenizer = JsonSerializer.Serialize(new
        {
            model = new { vocab = TinyModel.Tokens.Select((token, i) => (token, i)).ToDictionary(token => token.token, token => token.i),
                merges },
        });
        string folder = TinyFolder.Write(Folder, "tiny", null, ("tokenizer.json", tokenizer));
        foreach (Finding finding in new[] { Finding(gguf), Finding(apr), One(ModelValidator.Validate(folder).Findings) })
        {
            Assert.AreEqual(ValidationErrors.Merge, finding.Code);
            StringAssert.Contains(finding.Text, "1 of 24");
            StringAssert.Contains(finding.Text, "rule 7");
            StringAssert.Contains(finding.Text, text);
        }
    }

    [TestMethod]
    [DataRow("\u0120 a", new[] { "\u0120", "\u0120a" })]
    [DataRow("\u0120 a", new[] { " ", " a" })]
    [DataRow("\u2581 \u2581", new[] { "\u2581", "  " })]
    [DataRow("  a", new[] { " ", " a" })]
    public void A_space_may_be_spelled_in_several_ways(string rule, string[] tokens)
    {
        EditableGguf model = TinyModel.Gguf();
        string[] vocabulary = [.. TinyModel.Tokens];
        tokens.CopyTo(vocabulary, TinyModel.End);
        model.Set("tokenizer.ggml.tokens", GgufValue.FromStrings(vocabulary));
        model.Set("tokenizer.ggml.merges", GgufValue.FromStrings([.. TinyModel.Merges, rule]));
        Sound(Validate(model));
    }

    [TestMethod]
    public void A_continuation_prefix_is_left_out_of_the_result()
    {
        object Tokenizer(string result) =>
            new { model = new { vocab = new Dictionary<string, int> { ["a"] = 0, ["##b"] = 1, [result] = 2 }, merges = new[] { "a ##b" },
                continuing_subword_prefix = "##" } };
        Sound(ModelValidator.Validate(TinyFolder.Write(Folder, "right", null, ("tokenizer.json", Tokenizer("ab")))));
        Assert.AreEqual(
            ValidationErrors.Merge,
            One(ModelValidator.Validate(TinyFolder.Write(Folder, "wrong", null, ("tokenizer.json", Tokenizer("a##b")))).Findings).Code);
    }

    [TestMethod]
    public void Tokens_without_a_row_in_the_embedding_are_found()
    {
        EditableGguf gguf = TinyModel.Gguf();
        gguf.Set("tokenizer.ggml.tokens", GgufValue.FromStrings([.. TinyModel.Tokens, "more"]));
        gguf.Set("tokenizer.ggml.token_type", GgufValue.FromArray<int>(new int[TinyModel.Tokens.Count + 1]));
        Finding finding = Finding(gguf);
        Assert.AreEqual(ValidationErrors.Vocabulary, finding.Code);
        Assert.AreEqual("token_embd.weight", finding.Place);
        StringAssert.Contains(finding.Text, $"{TinyModel.Tokens.Count} rows");
        StringAssert.Contains(finding.Text, $"{TinyModel.Tokens.Count + 1} tokens");

        object tokenizer = new { added_tokens = new[] { new { id = TinyModel.Tokens.Count, content = "more" } } };
        string folder = TinyFolder.Write(Folder, "tiny", null, ("tokenizer.json", tokenizer));
        Assert.AreEqual(ValidationErrors.Vocabulary, One(ModelValidator.Validate(folder).Findings).Code);
    }

    [TestMethod]
    public void Rows_without_a_token_are_a_note()
    {
        EditableGguf model = TinyModel.Gguf();
        string[] fewer = [.. TinyModel.Tokens.SkipLast(1)];
        model.Set("tokenizer.ggml.tokens", GgufValue.FromStrings(fewer));
        model.Set("tokenizer.ggml.token_type", GgufValue.FromArray<int>(new int[fewer.Length]));
        ValidationReport report = Validate(model);
        Sound(report);
        Assert.Contains("K-VOCAB", report.Notes.Select(note => note.Rule));
    }

    [TestMethod]
    public void A_Unigram_vocabulary_counts_its_pairs()
    {
        object tokenizer = new { model = new { type = "Unigram", vocab = TinyModel.Tokens.Select((token, i) => new object[] { token, -i })
            .Append(["more", -1]) } };
        string folder = TinyFolder.Write(Folder, "tiny", null, ("tokenizer.json", tokenizer));
        Assert.AreEqual(ValidationErrors.Vocabulary, One(ModelValidator.Validate(folder).Findings).Code);
    }

    [TestMethod]
    public void Tokens_that_are_not_UTF8_stay_apart()
    {
        EditableGguf model = TinyModel.Gguf();
        using MemoryStream raw = new();
        using (BinaryWriter writer = new(raw))
        {
            writer.Write((uint)GgufValueType.String);
            writer.Write((ulong)TinyModel.Tokens.Count);
            foreach (string token in TinyModel.Tokens)
            {
                byte[] bytes = token == TinyModel.Tokens[^1] ? [0xFF] : System.Text.Encoding.UTF8.GetBytes(token);
                writer.Write((ulong)bytes.Length);
                writer.Write(bytes);
            }
        }

        model.Set("tokenizer.ggml.tokens", GgufValue.FromRawBytes(GgufValueType.Array, raw.ToArray()));
        model.Set("tokenizer.ggml.merges", GgufValue.FromStrings(["a \uFFFD"]));
        Assert.AreEqual(ValidationErrors.Merge, Finding(model).Code);
    }
}
