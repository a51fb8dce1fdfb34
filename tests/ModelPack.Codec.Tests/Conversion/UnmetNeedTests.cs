using ModelPack.Architectures.Families;
using ModelPack.Architectures.Apr;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;
using ModelPack.Architectures.Usability;
using ModelPack.Codec.Tests.Formats.SafeTensors;
using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>What the target's own programs need, taken one by one from a model that has it all.</summary>
[TestClass]
public sealed class UnmetNeedTests
{
    private static readonly string Model = RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf");

    private readonly TempFolder folder = new();

    [TestCleanup]
    public void RemoveFolder() => folder.Dispose();

    [TestMethod]
    public void A_field_that_cannot_be_read_is_a_reason_and_no_error()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder.At("m"));
        File.WriteAllBytes(
            folder.At("m/model.safetensors"), SafeTensorsTestFile.Build("""{"w":{"dtype":"U8","shape":[12],"data_offsets":[0,12]}}""", 12));
        File.WriteAllText(folder.At("m/config.json"), """{"model_type":"qwen2","num_hidden_layers":"two"}""");
        File.WriteAllText(folder.At("m/tokenizer.json"), "{}");
        ConversionPreview preview = ModelConverter.Plan(
            folder.At("m"), folder.At("out/"), ModelFormat.SafeTensors, new() { Naming = NamingMode.Verbatim, MaxShardBytes = 1 << 20 });
        Assert.AreEqual(Meaning.Carried, preview.Meaning, string.Join('\n', preview.MeaningReasons));
        Assert.IsTrue(
            preview.MeaningReasons.Any(reason => reason.Contains("num_hidden_layers", StringComparison.Ordinal)),
            string.Join('\n', preview.MeaningReasons));
    }

    [TestMethod]
    [DataRow("qwen2.context_length", "'qwen2.context_length' is missing, which llama.cpp needs")]
    [DataRow("tokenizer.ggml.model", "'tokenizer.ggml.model' is missing, which llama.cpp needs: there is no tokenizer")]
    [DataRow("tokenizer.ggml.tokens", "'tokenizer.ggml.tokens' is missing, which llama.cpp needs")]
    [DataRow("tokenizer.ggml.merges", "'tokenizer.ggml.merges' is missing, which llama.cpp needs")]
    public void A_key_that_llama_cpp_needs_is_named(string key, string reason)
    {
        EditableGguf model = TinyModel.Gguf();
        Assert.AreEqual(Meaning.Runs, Judge(model).Word, string.Join("; ", Judge(model).Reasons));
        model.RemoveKey(key);
        AssertOnly(Meaning.Carried, reason, Judge(model));
    }

    [TestMethod]
    [DataRow("none")]
    [DataRow("no_vocab")]
    public void A_GGUF_that_says_it_has_no_tokenizer_needs_none(string kind)
    {
        EditableGguf model = TinyModel.Gguf();
        model.RemoveKey("tokenizer.ggml.tokens");
        model.RemoveKey("tokenizer.ggml.merges");
        model.SetText("tokenizer.ggml.model", kind);
        Assert.AreEqual(Meaning.Runs, Judge(model).Word, string.Join("; ", Judge(model).Reasons));
    }

    [TestMethod]
    public void A_GGUF_of_another_kind_than_a_model_needs_what_its_kind_needs()
    {
        EditableGguf model = TinyModel.Gguf();
        model.RemoveKey("qwen2.context_length");
        model.SetText("general.type", "adapter");
        Assert.AreEqual(Meaning.Runs, Judge(model).Word, string.Join("; ", Judge(model).Reasons));
    }

    [TestMethod]
    public void A_tensor_that_a_program_needs_is_named_in_each_format()
    {
        EditableGguf gguf = TinyModel.Gguf();
        gguf.Tensors.Remove(gguf["blk.1.ffn_up.weight"]);
        AssertOnly(Meaning.Carried, "the tensor 'blk.1.ffn_up.weight' is missing, which llama.cpp needs", Judge(gguf));

        EditableApr apr = TinyModel.Apr();
        Assert.IsEmpty(Judge(apr).Reasons, string.Join("; ", Judge(apr).Reasons));
        string name = apr.NameOf("blk.1.ffn_up.weight");
        apr.Tensors.Remove(apr["blk.1.ffn_up.weight"]);
        AssertOnly(Meaning.Carried, $"the tensor '{name}' is missing, which apr needs", Judge(apr));

        JudgedMeaning judged = JudgeFolder("""{"model_type":"qwen2"}""", "tokenizer.json");
        Assert.Contains("the tensor 'model.embed_tokens.weight' is missing, which transformers needs", judged.Reasons);
        JudgedMeaning quantized = JudgeFolder("""{"model_type":"qwen2","quantization_config":{}}""", "tokenizer.json");
        Assert.IsFalse(
            quantized.Reasons.Any(reason => reason.Contains("is missing", StringComparison.Ordinal)), string.Join("; ", quantized.Reasons));
    }

    [TestMethod]
    [DataRow("intermediate_size", "'intermediate_size' is missing, which realizar needs")]
    [DataRow("tokenizer.vocabulary", "'tokenizer.vocabulary' is missing: realizar does not run a model without a tokenizer")]
    [DataRow("tokenizer.merges", "neither 'tokenizer.merges' nor 'tokenizer.scores' is there: realizar needs one of them")]
    public void What_an_APR_file_does_not_say_is_named(string key, string reason)
    {
        EditableApr model = TinyModel.Apr();
        model.RemoveKey(key);
        AssertOnly(Meaning.Carried, reason, Judge(model));
    }

    [TestMethod]
    public void A_folder_without_its_companions_says_what_transformers_needs()
    {
        const string Tokenizer = "there is no tokenizer, which transformers needs";
        Assert.DoesNotContain(Tokenizer, JudgeFolder("""{"model_type":"qwen2"}""", "tokenizer.json").Reasons);
        Assert.Contains(Tokenizer, JudgeFolder("""{"model_type":"qwen2"}""", "README.md").Reasons);
        Assert.Contains("there is no config.json, which transformers needs", JudgeFolder(null, "README.md").Reasons);
        Assert.Contains(
            "there is no rule for the model_type 'made-up', so nothing tells whether transformers loads it",
            JudgeFolder("""{"model_type":"made-up"}""", "tokenizer.json").Reasons);
    }

    [TestMethod]
    public void An_architecture_without_a_rule_is_taken_at_its_word_in_its_own_format_only()
    {
        EditableGguf gguf = TinyModel.Gguf();
        gguf.SetText("general.architecture", "made-up");
        Assert.IsEmpty(Judge(gguf).Reasons);
        EditableApr apr = TinyModel.Apr();
        foreach (string key in new[] { "architecture", "model_type", "model.architecture" })
        {
            apr.SetText(key, "made-up");
        }

        Assert.IsEmpty(Judge(apr).Reasons);
        using ModelFile output = ModelFiles.Open(folder.At("m.gguf"));
        using ModelFile root = ModelFiles.Open(folder.At("m.apr"));
        Assert.Contains(
            "there is no rule for the architecture 'made-up', so nothing tells whether llama.cpp loads it",
            JudgedMeaning.Of(output, root).Reasons);
    }

    [TestMethod]
    public void What_a_program_needs_is_known_of_the_architectures_that_are_claimed_and_of_no_other()
    {
        HashSet<string> claimed = [.. ConfigToGguf.ModelTypes.Select(rule => rule.Architecture)];
        foreach (string architecture in RopeRows.Known.Concat(claimed).Distinct())
        {
            Assert.AreEqual(claimed.Contains(architecture), RequiredTensors.For(architecture) is not null, architecture);
        }
    }

    [TestMethod]
    public void An_output_without_tensors_does_not_run()
    {
        EditableGguf model = TinyModel.Gguf();
        model.Tensors.Clear();
        AssertOnly(Meaning.Carried, "the output holds no tensor", Judge(model));
    }

    [TestMethod]
    public void Reasons_are_as_many_as_can_be_read_and_written_as_text_that_harms_no_terminal()
    {
        EditableGguf model = TinyModel.Gguf();
        model.Set("qwen2.block_count", GgufValue.FromUInt32(1_000_000));
        JudgedMeaning judged = Judge(model);
        Assert.HasCount(9, judged.Reasons);
        Assert.AreEqual("and more of the kind", judged.Reasons[^1]);

        JudgedMeaning odd = JudgeFolder("""{"model_type":"\u001b[2J"}""", "tokenizer.json");
        Assert.Contains("there is no rule for the model_type '\\u001B[2J', so nothing tells whether transformers loads it", odd.Reasons);
    }

    private static void AssertOnly(Meaning word, string reason, JudgedMeaning judged)
    {
        Assert.AreEqual(word, judged.Word);
        Assert.AreEqual(reason, string.Join("; ", judged.Reasons));
    }

    // As an output whose model was of the same format.
    private JudgedMeaning Judge(EditableModel model)
    {
        using ModelFile file = ModelFiles.Open(folder.Write("m." + model.Format.Extension(), model.Build()));
        return JudgedMeaning.Of(file, file);
    }

    // As an output whose model was a GGUF.
    private JudgedMeaning JudgeFolder(string? config, string companion)
    {
        string path = Directory.CreateDirectory(folder.At(Guid.NewGuid().ToString("N"))).FullName;
        File.WriteAllBytes(Path.Combine(path, "model.safetensors"), SmallModels.SafeTensors());
        File.WriteAllText(Path.Combine(path, companion), "{}");
        if (config is not null)
        {
            File.WriteAllText(Path.Combine(path, "config.json"), config);
        }

        using ModelFile file = ModelFiles.Open(path);
        using ModelFile root = ModelFiles.Open(Model);
        return JudgedMeaning.Of(file, root);
    }
}
