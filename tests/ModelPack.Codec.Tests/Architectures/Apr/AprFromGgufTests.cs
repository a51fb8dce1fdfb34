using System.Text;
using ModelPack.Architectures.Apr;
using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Architectures.Apr;

/// <summary>Known answers, written by hand from apr-v2.md §7.2 and §7.3.</summary>
[TestClass]
public sealed class AprFromGgufTests
{
    private const string Model = "models/random-qwen2-small-Q4_K_M";

    [TestMethod]
    public void Fields_of_the_small_model_are_what_the_table_says()
    {
        using GgufFile file = GgufFile.Open(new MemoryByteSource(GgufCorpus.Bytes(Model)));
        AprTargetMetadata said = AprFromGguf.Write(AprMetadataSamples.SourceOf(file));

        string template =
            "\"{% for m in messages %}<|im_start|>{{ m['role'] }}\\n{{ m['content'] }}<|im_end|>\\n{% endfor %}{% if add_generation_prompt "
                + "%}<|im_start|>assistant\\n{% endif %}\"";
        Assert.AreEqual(
            string.Join('\n',
            [
                "model_type=\"qwen2\"", "name=\"Random Qwen2 small\"", "license=\"CC0-1.0\"", "original_format=\"gguf\"",
                "chat_template=" + template,
                "special_tokens=" + SpecialTokens(file), "architecture=\"qwen2\"", "hidden_size=256", "num_layers=4", "num_heads=4",
                "num_kv_heads=2", "vocab_size=1024",
                "intermediate_size=512", "max_position_embeddings=512", "rope_theta=1000000.0", "rope_type=2", "rms_norm_eps=0.000001",
            ]),
            string.Join('\n', said.Fields.Select(field => $"{field.Key}={field.Value}")));
        CollectionAssert.AreEqual(
            new[]
            {
                "modelpack.gguf", "tokenizer.add_bos_token", "tokenizer.bos_token_id", "tokenizer.chat_template", "tokenizer.eos_token_id",
                    "tokenizer.merges", "tokenizer.model",
                "tokenizer.model_type", "tokenizer.padding_token_id", "tokenizer.pre_type", "tokenizer.token_type", "tokenizer.vocab_size",
                    "tokenizer.vocabulary",
            },
            said.CustomKeys.Select(pair => pair.Key).ToArray());
        Assert.AreEqual("""
            {"general.type":{"string":"model"},"general.basename":{"string":"random-qwen2"},"general.size_label":{"string":"2.6M"},"general.tags":{"array[string]":["test","random-weights"]},
            """.Trim() + """
            "general.languages":{"array[string]":["en"]},"general.quantization_version":{"u32":2},"general.file_type":{"u32":15}}
            """, said.Field("modelpack.gguf"));
        Assert.AreEqual("\"gpt2\"", said.Field("tokenizer.model"));
        Assert.AreEqual("\"gpt2\"", said.Field("tokenizer.model_type"));
        Assert.AreEqual("\"qwen2\"", said.Field("tokenizer.pre_type"));
        Assert.AreEqual("1004", said.Field("tokenizer.eos_token_id"));
        Assert.AreEqual("false", said.Field("tokenizer.add_bos_token"));
        Assert.AreEqual("1024", said.Field("tokenizer.vocab_size"));
        Assert.StartsWith("[\"e r\",\"e n\",\"o n\",", said.Field("tokenizer.merges"));
        said.Notes.AssertNote(MetadataNotes.Derived, "'vocab_size' is the 1024 rows of the embedding");
        Assert.HasCount(1, said.Notes);
    }

    [TestMethod]
    public void Complete_source_has_every_field_that_realizar_requires()
    {
        AprTargetMetadata said = AprMetadataSamples.Said(Llama());

        foreach (string field in new[] { "architecture", "hidden_size", "num_layers", "num_heads", "intermediate_size", "vocab_size",
            "tokenizer.vocabulary", "tokenizer.scores" })
        {
            Assert.IsNotNull(said.Field(field), field);
        }

        Assert.IsFalse(said.Notes.Any(note => note.Rule == MetadataNotes.Missing), string.Join(Environment.NewLine, said.Notes));
    }

    [TestMethod]
    [DataRow("embedding_length", "'hidden_size' is missing, which realizar needs")]
    [DataRow("block_count", "'num_layers' is missing, which realizar needs")]
    [DataRow("attention.head_count", "'num_heads' is missing, which realizar needs")]
    [DataRow("feed_forward_length", "'intermediate_size' is missing, which realizar needs")]
    public void Missing_field_of_realizar_is_noted_and_not_guessed(string key, string note) =>
        AprMetadataSamples.Said(Llama().Without($"llama.{key}")).Notes.AssertNote(MetadataNotes.Missing, note);

    [TestMethod]
    public void Model_without_a_tokenizer_is_noted()
    {
        AprTargetMetadata said = AprMetadataSamples.Said(SmallGguf.Decoder("llama"));
        Assert.IsNull(said.Field("tokenizer.vocabulary"));
        said.Notes.AssertNote(
            MetadataNotes.Missing, "'tokenizer.vocabulary' is missing: realizar does not run a model without a tokenizer");
    }

    [TestMethod]
    public void Tokens_without_merges_and_scores_are_noted() =>
        AprMetadataSamples.Said(Llama().Without("tokenizer.ggml.scores")).Notes
            .AssertNote(MetadataNotes.Missing, "neither 'tokenizer.merges' nor 'tokenizer.scores' is there: realizar needs one of them");

    [TestMethod]
    [DataRow("llama", false, "0", "\"gguf\"")]
    [DataRow("llama", true, "2", "\"huggingface\"")]
    [DataRow("qwen2", false, "2", null)]
    [DataRow("qwen2", true, "2", null)]
    [DataRow("qwen3", false, "2", null)]
    [DataRow("phi3", false, "2", null)]
    [DataRow("gemma", false, "2", null)]
    [DataRow("command-r", true, "0", null)]
    [DataRow("gpt2", false, null, null)]
    [DataRow("nobody-knows", false, null, null)]
    public void Rope_type_is_true_for_the_rows_that_are_stored(string architecture, bool isHuggingFace, string? type, string? recorded)
    {
        using GgufFile file = SmallGguf.Decoder(architecture).Open();
        AprTargetMetadata said = AprFromGguf.Write(
            AprMetadataSamples.SourceOf(file) with { Rows = isHuggingFace ? RowOrder.HuggingFace : RowOrder.Gguf });
        Assert.AreEqual(type, said.Field("rope_type"));
        Assert.AreEqual(recorded, said.Field("modelpack.row_order"));
    }

    [TestMethod]
    public void Head_dimension_and_experts_are_said()
    {
        AprTargetMetadata said = AprMetadataSamples.Said(SmallGguf.Decoder("qwen3moe")
            .Own("attention.key_length", 32).Own("attention.value_length", 32).Own("expert_count", 8).Own("expert_used_count", 2)
            .Own("expert_feed_forward_length", 48));
        Assert.AreEqual("32", said.Field("head_dim"));
        Assert.AreEqual("8", said.Field("num_experts"));
        Assert.AreEqual("2", said.Field("num_experts_per_tok"));
        Assert.AreEqual("48", said.Field("moe_intermediate_size"));
    }

    [TestMethod]
    public void Two_head_dimensions_have_no_field_and_are_kept()
    {
        AprTargetMetadata said = AprMetadataSamples.Said(
            SmallGguf.Decoder("qwen3").Own("attention.key_length", 32).Own("attention.value_length", 16));
        Assert.IsNull(said.Field("head_dim"));
        Assert.Contains(
            "\"qwen3.attention.key_length\":{\"u32\":32},\"qwen3.attention.value_length\":{\"u32\":16}", said.Field("modelpack.gguf")!);
        said.Notes.AssertNote(
            MetadataNotes.Lost,
            "'qwen3.attention.key_length' is 32 and 'qwen3.attention.value_length' is 16, which 'head_dim' cannot say: it is one count");
    }

    [TestMethod]
    public void Counts_that_differ_between_layers_have_no_field_and_are_kept()
    {
        AprTargetMetadata said = AprMetadataSamples.Said(
            SmallGguf.Decoder("llama").Own("feed_forward_length", GgufValue.FromArray<uint>([160, 320])));
        Assert.IsNull(said.Field("intermediate_size"));
        Assert.Contains("\"llama.feed_forward_length\":{\"array[u32]\":[160,320]}", said.Field("modelpack.gguf")!);
        said.Notes.AssertNote(
            MetadataNotes.Lost, "'llama.feed_forward_length' is [160, 320], which 'intermediate_size' cannot say: it is one count");
    }

    [TestMethod]
    public void Double_that_is_no_single_is_not_rounded()
    {
        AprTargetMetadata said = AprMetadataSamples.Said(SmallGguf.Decoder("llama").Own("rope.freq_base", GgufValue.FromFloat64(0.1)));
        Assert.IsNull(said.Field("rope_theta"));
        Assert.Contains("\"llama.rope.freq_base\":{\"f64\":0.1}", said.Field("modelpack.gguf")!);
    }

    [TestMethod]
    public void Aliases_and_nulls_are_never_written()
    {
        foreach (string architecture in RopeRows.Known)
        {
            AprTargetMetadata said = AprMetadataSamples.Said(
                SmallGguf.Decoder(architecture).Text("context_length", "a trap").Text("n_head", "another"));
            foreach ((string key, AprJson value) in said.Fields.Concat(said.CustomKeys))
            {
                Assert.IsNull(AprFields.FindByAlias(key), key);
                Assert.AreNotEqual("null", value.ToString(), key);
            }

            using AprFile file = AprMetadataSamples.ToFile(said);
            Assert.IsEmpty(file.Notes);
            Assert.AreEqual("a trap", GgufFromApr.Read(file).Find("context_length")?.Text);
        }
    }

    [TestMethod]
    [DataRow("tokenizer.ggml.tokens")]
    [DataRow("tokenizer.ggml.merges")]
    public void Tokenizer_that_is_not_unicode_is_left_out_as_a_whole(string key)
    {
        byte[] one = [8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0xC3, 0x28];
        AprTargetMetadata said = AprMetadataSamples.Said(
            SmallTokenizers.ByteLevel("qwen2").Set(key, GgufValue.FromRawBytes(GgufValueType.Array, one)));
        Assert.IsFalse(
            said.CustomKeys.Any(pair => pair.Key.StartsWith("tokenizer.", StringComparison.Ordinal)), string.Join(' ', said.CustomKeys));
        Assert.IsNull(said.Field("modelpack.gguf"));
        said.Notes.AssertNote(
            MetadataNotes.Lost, $"the tokenizer is left out: '{key}' has a text that is not UTF-8, and JSON holds no other");
    }

    [TestMethod]
    public void Special_tokens_are_named_by_their_ids()
    {
        AprTargetMetadata said = AprMetadataSamples.Said(Llama());
        Assert.AreEqual("""{"bos_token":"<s>","eos_token":"</s>","unk_token":"<unk>"}""", said.Field("special_tokens"));
    }

    [TestMethod]
    public void Id_outside_of_the_vocabulary_is_a_contradiction() =>
        AprMetadataSamples.Said(Llama().Count("tokenizer.ggml.eos_token_id", 96)).Notes
            .AssertNote(MetadataNotes.Contradiction, "'tokenizer.ggml.eos_token_id' is 96, but 'tokenizer.ggml.tokens' has 6 items");

    [TestMethod]
    public void Scores_of_another_length_are_a_contradiction() =>
        AprMetadataSamples.Said(Llama().Set("tokenizer.ggml.scores", GgufValue.FromArray<float>([1, 2]))).Notes
            .AssertNote(MetadataNotes.Contradiction, "'tokenizer.ggml.scores' has 2 items, but 'tokenizer.ggml.tokens' has 6");

    [TestMethod]
    public void Stated_vocabulary_that_is_not_the_embedding_is_a_contradiction() =>
        AprMetadataSamples.Said(Llama().Own("vocab_size", 97)).Notes
            .AssertNote(MetadataNotes.Contradiction, "'llama.vocab_size' is 97, but the embedding has 96 rows");

    [TestMethod]
    public void Score_that_is_not_finite_is_noted() =>
        AprMetadataSamples.Said(
            Llama().Set("tokenizer.ggml.scores", GgufValue.FromArray<float>([0, 0, 0, float.NegativeInfinity, 0, 0]))).Notes
            .AssertNote(
                MetadataNotes.Lost, "'tokenizer.scores' is left out: 'tokenizer.ggml.scores' is -Infinity at 3, which JSON cannot hold");

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Metadata_above_the_declared_size_is_noted()
    {
        AprTargetMetadata said = AprMetadataSamples.Said(Llama().Text("general.description", new string('x', 17 << 20)));
        Assert.IsTrue(
            said.Notes.Any(
                note => note.Rule == MetadataNotes.Size
                    && note.Text.EndsWith("more than the 16777216 that the format declares", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void Facts_of_a_checkpoint_are_said_as_they_are()
    {
        using GgufFile file = Llama().Open();
        AprTargetMetadata said = AprFromGguf.Write(AprMetadataSamples.SourceOf(file) with
        {
            Format = ModelFormat.SafeTensors,
            Rows = RowOrder.HuggingFace,
            HuggingFaceClass = "MistralForCausalLM",
            HuggingFaceModelType = "mistral",
            HuggingFaceConfig = Encoding.UTF8.GetBytes("{ \"model_type\": \"mistral\" }"),
            IsHeadCopied = true,
            ParameterCount = 42,
        });
        Assert.AreEqual("\"safetensors\"", said.Field("original_format"));
        Assert.AreEqual("\"MistralForCausalLM\"", said.Field("hf_architecture"));
        Assert.AreEqual("\"mistral\"", said.Field("hf_model_type"));
        Assert.AreEqual("{ \"model_type\": \"mistral\" }", said.Field("hf_config"));
        Assert.AreEqual("true", said.Field("tied_embeddings"));
        Assert.AreEqual("42", said.Field("param_count"));
        using AprFile apr = AprMetadataSamples.ToFile(said);
        GgufMetadataFrom read = GgufFromApr.Read(apr);
        Assert.AreEqual("llama", read.Architecture);
        Assert.IsEmpty(read.Contradictions);
    }

    [TestMethod]
    [DataRow("[1]")]
    [DataRow("{\"a\":NaN}")]
    [DataRow("{\"a\":\"\\ud800\"}")]
    [DataRow("{} {}")]
    public void Config_that_is_no_object_of_unicode_is_left_out(string config)
    {
        using GgufFile file = Llama().Open();
        AprTargetMetadata said = AprFromGguf.Write(
            AprMetadataSamples.SourceOf(file) with { HuggingFaceConfig = Encoding.UTF8.GetBytes(config) });
        Assert.IsNull(said.Field("hf_config"));
        Assert.IsTrue(said.Notes.Any(note => note.Rule == MetadataNotes.Lost && note.Text.Contains("hf_config", StringComparison.Ordinal)));
    }

    internal static SmallGguf Llama() => SmallGguf.Decoder("llama").Own("rope.freq_base", 500000f).Own("rope.dimension_count", 16)
        .Text("general.name", "small").Text("tokenizer.ggml.model", "llama").Text("tokenizer.ggml.pre", "default")
        .Tokens(("<unk>", SmallTokenizers.Unknown), ("<s>", SmallTokenizers.Control), ("</s>", SmallTokenizers.Control),
            ("<0x00>", SmallTokenizers.Byte), ("▁é\"\\", SmallTokenizers.Normal), ("", SmallTokenizers.Unused))
        .Set("tokenizer.ggml.scores", GgufValue.FromArray<float>([0, 0, 0, -0.1f, -1e-30f, -3.4028235e38f]))
        .Count("tokenizer.ggml.bos_token_id", 1).Count("tokenizer.ggml.eos_token_id", 2).Count("tokenizer.ggml.unknown_token_id", 0)
        .Flag("tokenizer.ggml.add_bos_token", true).Flag("tokenizer.ggml.add_space_prefix", false);

    // bos and padding are one token, 1002; the others by position.
    private static string SpecialTokens(GgufFile file)
    {
        List<string> tokens = [];
        foreach (ReadOnlyMemory<byte> token in file.Find("tokenizer.ggml.tokens")!.EnumerateStrings())
        {
            tokens.Add(Encoding.UTF8.GetString(token.Span));
        }

        return $$"""{"bos_token":"{{tokens[1002]}}","eos_token":"{{tokens[1004]}}","pad_token":"{{tokens[1002]}}","im_start_token":"<|im_start|>","im_end_token":"<|im_end|>"}""";
    }
}
