using System.Text.Json.Nodes;
using ModelPack.Codec.Tests.Checkpoints;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.IO.Names;

namespace ModelPack.Codec.Tests.Validation;

/// <summary>What an output says of itself, and what a conversion and a validation say of one damaged model, agree.</summary>
[TestClass]
public sealed class ClaimTests
{
    private const string Weights = "model.safetensors";

    private readonly TempFolder temp = new();

    [TestCleanup]
    public void RemoveFolder() => temp.Dispose();

    [TestMethod]
    [DataRow("qwen3-tied", "hidden_act", "relu")]
    [DataRow("glm4-untied", "hidden_act", "relu")]
    [DataRow("qwen3-tied", "max_position_embeddings", null)]
    [DataRow("bert-cased", "hidden_act", "relu")]
    public void A_model_that_its_architecture_cannot_express_does_not_pose_as_one(string name, string field, string? value)
    {
        string folder = Damaged(name, (config, _) => config[field] = value);
        Unclaimed(folder, "cannot be expressed");
        Assert.IsTrue(ModelValidator.Validate(folder).Notes.Any(
            note => note.Rule == "K-UNCLAIMED" && note.Text.Contains(field, StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("qwen3-tied", "model.layers.0.mlp.up_proj.weight", "I8", 1)]
    [DataRow("qwen3-tied", "model.layers.0.mlp.up_proj.weight", "I64", 8)]
    [DataRow("qwen3-tied", "model.norm.weight", "I8", 1)]
    [DataRow("qwen3-tied", "model.norm.weight", "BOOL", 1)]
    [DataRow("bert-cased", "bert.encoder.layer.0.output.dense.bias", "I64", 8)]
    [DataRow("glm4-untied", "model.layers.1.input_layernorm.weight", "F8_E4M3", 1)]
    public void A_weight_of_whole_numbers_is_none_that_a_runtime_computes_with(string name, string tensor, string type, int size)
    {
        string folder = Damaged(name, (_, tensors) => tensors[tensor] = OfType(tensors[tensor], type, size));
        Unclaimed(folder, tensor);
    }

    [TestMethod]
    public void A_weight_of_doubles_is_carried()
    {
        string folder = Damaged(
            "qwen3-tied", (_, tensors) => tensors["model.norm.weight"] = OfType(tensors["model.norm.weight"], "F64", 8));
        Certificate made = Convert(folder);
        Assert.AreEqual(Meaning.Carried, made.Meaning);
        CollectionAssert.AreEqual(
            new[] { "the tensor 'output_norm.weight' is F64, which llama.cpp does not compute with" }, made.MeaningReasons.ToArray());
    }

    [TestMethod]
    [DataRow("qwen3-tied", "model.layers.0.foo.weight")]
    [DataRow("qwen3-tied", "foo.bar.weight")]
    [DataRow("glm4-untied", "model.layers.1.self_attn.zz_proj.bias")]
    [DataRow("bert-cased", "bert.encoder.layer.0.gate.weight")]
    public void A_tensor_that_nobody_knows_may_be_a_part_of_the_model(string name, string tensor)
    {
        Certificate made = Convert(Damaged(name, (_, tensors) => tensors[tensor] = new("F32", [2], new byte[8])));
        Assert.AreEqual(Meaning.Carried, made.Meaning);
        Assert.StartsWith($"'{tensor}' may be a part of the model", made.MeaningReasons.Single());
    }

    [TestMethod]
    [DataRow("qwen3-tied", "model.layers.0.self_attn.rotary_emb.inv_freq")]
    [DataRow("qwen3-tied", "model.layers.0.self_attn.k_scale")]
    [DataRow("gemma3-1b", "vision_tower.encoder.layers.0.mlp.fc1.weight")]
    [DataRow("bert-cased", "cls.predictions.decoder.bias")]
    public void A_tensor_that_programs_do_without_is_none(string name, string tensor) => Assert.AreEqual(
        Meaning.Runs, Convert(Damaged(name, (_, tensors) => tensors[tensor] = new("F32", [2], new byte[8]))).Meaning);

    [TestMethod]
    [DataRow("glm4-untied", "model.norm.weight")]
    [DataRow("glm4-untied", "lm_head.weight")]
    [DataRow("llama-3", "lm_head.weight")]
    [DataRow("glm4-untied", "model.layers.1.post_mlp_layernorm.weight")]
    [DataRow("bert-cased", "bert.encoder.layer.1.attention.self.key.bias")]
    [DataRow("bert-cased", "bert.encoder.layer.0.output.dense.bias")]
    [DataRow("bert-cased", "bert.embeddings.token_type_embeddings.weight")]
    [DataRow("deepseek2-v3", "model.layers.1.mlp.gate.e_score_correction_bias")]
    [DataRow("dots1-shared", "model.layers.1.mlp.gate.e_score_correction_bias")]
    [DataRow("ernie45moe-tied", "model.layers.1.mlp.moe_statics.e_score_correction_bias")]
    [DataRow("glm4moe-mtp", "model.layers.1.mlp.gate.e_score_correction_bias")]
    [DataRow("glm4moe-mtp", "model.layers.1.self_attn.v_proj.bias")]
    [DataRow("glmdsa-mtp", "model.layers.0.self_attn.indexer.k_norm.bias")]
    [DataRow("gemma4-dense", "model.language_model.layers.1.layer_scalar")]
    [DataRow("modern-bert", "model.layers.1.attn_norm.weight")]
    [DataRow("command-r-plus", "model.layers.1.self_attn.k_norm.weight")]
    [DataRow("llama-bias-f32", "model.layers.1.self_attn.k_proj.bias")]
    [DataRow("llama-bias-f32", "model.layers.1.mlp.down_proj.bias")]
    [DataRow("qwen2-untied", "model.layers.0.self_attn.v_proj.bias")]
    [DataRow("phi2-27b", "model.layers.0.self_attn.q_proj.bias")]
    [DataRow("lfm2moe-bias", "model.layers.2.feed_forward.expert_bias")]
    public void A_tensor_that_the_class_always_has_is_missed_by_both(string name, string tensor)
    {
        string folder = Damaged(name, (_, tensors) => Assert.IsTrue(tensors.Remove(tensor), string.Join('\n', tensors.Keys)));
        Finding[] findings = [.. ModelValidator.Validate(folder).Findings];
        Assert.IsTrue(findings.Any(finding => finding.Code.Id is "MP2150" or "MP2112"), string.Join('\n', findings.Select(f => f.Text)));
        Unclaimed(folder, "tensors keep their names");
    }

    [TestMethod]
    public void A_model_without_a_head_needs_no_output_matrix()
    {
        Certificate made = Convert(Damaged("llama-3", (config, tensors) =>
        {
            tensors.Remove("lm_head.weight");
            config["architectures"] = new JsonArray("LlamaModel");
        }));
        Assert.AreEqual(Meaning.Runs, made.Meaning, string.Join('\n', made.MeaningReasons));
    }

    [TestMethod]
    [DataRow("qwen3-tied", "model.layers.0.self_attn.k_norm.weight")]
    [DataRow("qwen3-tied", "model.norm.weight")]
    [DataRow("olmo2-7b", "model.layers.0.self_attn.q_norm.weight")]
    [DataRow("qwen2-untied", "model.layers.0.self_attn.v_proj.bias")]
    public void A_vector_of_another_length_is_an_error_of_both(string name, string tensor)
    {
        string folder = Damaged(name, (_, tensors) =>
        {
            StoredTensor vector = tensors[tensor];
            tensors[tensor] = vector with
            {
                Shape = [vector.Shape[0] * 2],
                Bytes = [.. vector.Bytes, .. vector.Bytes],
            };
        });
        Assert.IsNotEmpty(ModelValidator.Validate(folder).Findings);
        Assert.Contains(tensor, Assert.ThrowsExactly<ModelPackException>(() => Convert(folder)).Message);
    }

    [TestMethod]
    [DataRow("glm4moe-mtp", "model.layers.2.eh_proj.weight")]
    [DataRow("glm4moe-mtp", "model.layers.2.self_attn.q_proj.weight")]
    [DataRow("qwen3next-mtp", "mtp.fc.weight")]
    public void A_layer_that_predicts_and_is_not_whole_is_none_that_runs(string name, string tensor)
    {
        Certificate made = Convert(Damaged(name, (_, tensors) => Assert.IsTrue(tensors.Remove(tensor), string.Join('\n', tensors.Keys))));
        Assert.AreEqual(Meaning.Carried, made.Meaning);
    }

    [TestMethod]
    [DataRow("qwen3-tied", "model.layers.0.mlp.up_proj.weight", false, "MP2119")]
    [DataRow("qwen3-tied", "model.layers.0.input_layernorm.weight", false, "MP2119")]
    [DataRow("bert-base-uncased", "bert.encoder.layer.0.output.LayerNorm.gamma", false, "MP2119")]
    [DataRow("qwen3-tied", "model.layers.0.mlp.up_proj.weight", true, "MP2120")]
    public void A_weight_of_one_value_runs_nowhere_and_both_say_so(string name, string tensor, bool isOne, string code)
    {
        string folder = Damaged(name, (_, tensors) => tensors[tensor] = tensors[tensor] with
        {
            Bytes = [.. tensors[tensor].Bytes.Select(_ => isOne ? (byte)0x3D : (byte)0)],
        });
        Finding found = ModelValidator.Validate(folder).Findings.Single();
        Assert.AreEqual(code, found.Code.Id);
        Certificate made = Convert(folder);
        Assert.AreEqual(Meaning.Carried, made.Meaning);
        Assert.AreEqual($"'{tensor}': {found.Text}: a part of the model is switched off", made.MeaningReasons.Single());
    }

    [TestMethod]
    [DataRow("gemma2-2b", "model.layers.0.input_layernorm.weight")]
    [DataRow("qwen3next-mtp", "model.layers.0.input_layernorm.weight")]
    [DataRow("qwen2-untied", "model.layers.0.self_attn.q_proj.bias")]
    public void Zeros_that_a_model_may_have_run(string name, string tensor)
    {
        string folder = Damaged(
            name, (_, tensors) => tensors[tensor] = tensors[tensor] with { Bytes = new byte[tensors[tensor].Bytes.Length] });
        Assert.IsEmpty(ModelValidator.Validate(folder).Findings);
        Assert.AreEqual(Meaning.Runs, Convert(folder).Meaning);
    }

    [TestMethod]
    [DataRow("config.json")]
    [DataRow("generation_config.json")]
    [DataRow("tokenizer_config.json")]
    [DataRow("special_tokens_map.json")]
    public void A_field_that_stands_twice_is_read_as_Python_reads_it_and_both_say_so(string name)
    {
        string folder = Damaged("llama-2-spm", (_, _) => { });
        string path = Path.Combine(folder, name);
        File.WriteAllText(path, "{\"twice\": 1, \"twice\": 2, " + File.ReadAllText(path).TrimStart()[1..]);
        ValidationReport report = ModelValidator.Validate(folder);
        Assert.IsEmpty(report.Findings);
        Assert.IsTrue(
            report.Notes.Any(note => note.Rule == "K-JSON" && note.Text.StartsWith($"'{name}': twice", StringComparison.Ordinal)));
        Assert.IsTrue(Convert(folder).Notes.Any(note => note.StartsWith($"{name}: twice stands", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void A_token_that_stands_twice_is_an_error_of_both()
    {
        string folder = Damaged("llama-2-spm", (_, _) => { });
        string path = Path.Combine(folder, CompanionNames.Tokenizer);
        File.WriteAllText(path, "{\"version\": \"1.0\", " + File.ReadAllText(path).TrimStart()[1..]);
        Assert.AreEqual("MP2125", ModelValidator.Validate(folder).Findings.Single().Code.Id);
        Assert.AreEqual("MP2301", Assert.ThrowsExactly<ModelFormatException>(() => Convert(folder)).Code.Id);
    }

    private void Unclaimed(string folder, string reason)
    {
        Certificate made = Convert(folder);
        Assert.AreEqual(Meaning.Carried, made.Meaning, string.Join('\n', made.MeaningReasons));
        Assert.IsTrue(made.Notes.Any(note => note.Contains(reason, StringComparison.Ordinal)), string.Join('\n', made.Notes));
        using GgufFile output = GgufFile.Open(new MemoryByteSource(File.ReadAllBytes(temp.At("out.gguf"))));
        Assert.IsNull(output.Architecture);
        Assert.IsEmpty(ModelValidator.Validate(temp.At("out.gguf")).Findings);
    }

    private Certificate Convert(string folder) => Unflushed.Convert(folder, temp.At("out.gguf"), ModelFormat.Gguf, new());

    private string Damaged(string name, Action<JsonObject, SortedDictionary<string, StoredTensor>> damage)
    {
        CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", name + CheckpointArchive.Ending), temp.Root);
        string folder = temp.At(CheckpointArchive.Folder) + Path.DirectorySeparatorChar;
        SortedDictionary<string, StoredTensor> tensors = StoredTensor.Read(File.ReadAllBytes(Path.Combine(folder, Weights)));
        string path = Path.Combine(folder, CompanionNames.Config);
        JsonObject config = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        damage(config, tensors);
        File.WriteAllText(path, config.ToJsonString());
        File.WriteAllBytes(Path.Combine(folder, Weights), StoredTensor.Write(tensors));
        return folder;
    }

    private static StoredTensor OfType(StoredTensor tensor, string type, int size)
    {
        byte[] bytes = new byte[tensor.Shape.Aggregate(1L, (product, length) => product * length) * size];
        for (int i = 0; i < bytes.Length; i += size)
        {
            bytes[i + (size == 8 && type == "F64" ? 7 : 0)] = type == "F64" ? (byte)0x3F : (byte)(i / size % 2);
        }

        return tensor with { Type = type, Bytes = bytes };
    }
}
