using System.Text.Json.Nodes;
using ModelPack.Architectures.Families;
using ModelPack.Architectures;
using ModelPack.Architectures.Rules;

namespace ModelPack.Codec.Tests.Architectures.Rules;

[TestClass]
public sealed class ConfigToGgufRefusalTests
{
    [TestMethod]
    [DataRow("tokenizer.json")]
    [DataRow("tokenizer_config.json")]
    [DataRow("generation_config.json")]
    public void Model_folder_without_config_is_refused(string present)
    {
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(
            () => ConfigToGguf.Derive(new("folder", [new(present, "{}"u8.ToArray())], [])));
        Assert.AreEqual(HuggingFaceErrors.MissingConfig, error.Code);
        Assert.AreEqual($"there is {present}, but no config.json", error.Detail);
    }

    [TestMethod]
    public void Bare_weights_are_not_expressed_but_no_error()
    {
        DerivedGguf derived = ConfigToGguf.Derive(new("folder", [], []));
        Assert.IsNull(derived.Architecture);
        CollectionAssert.AreEqual(new[] { "config.json: there is none" }, derived.Notes.ToArray());
    }

    [TestMethod]
    [DataRow("{", "config.json is not JSON: ")]
    [DataRow("", "config.json is not JSON: ")]
    [DataRow("\uFEFF{}", "config.json is not JSON: ")]
    [DataRow("{\"\\ud800\":1}x", "config.json is not JSON: ")]
    [DataRow("[]", "config.json is a list, not an object")]
    [DataRow("7", "config.json is 7, not an object")]
    public void Text_that_is_no_object_is_refused(string text, string message)
    {
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => SmallFolder.Llama().File("config.json", text).Derive());
        Assert.AreEqual(HuggingFaceErrors.NotJson, error.Code);
        StringAssert.StartsWith(error.Detail, message);
    }

    [TestMethod]
    public void Deep_nesting_is_refused()
    {
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(
            () => SmallFolder.Llama().File("config.json", new string('[', 100_000)).Derive());
        Assert.AreEqual(HuggingFaceErrors.NotJson, error.Code);
    }

    [TestMethod]
    public void Generation_config_is_read_as_strictly()
    {
        DerivedGguf broken = SmallFolder.Llama().File("generation_config.json", "{,}").Derive();
        Assert.IsNotNull(broken.Architecture);
        Assert.AreEqual(
            1, broken.Notes.Count(
                note => note.StartsWith("generation_config.json is not JSON: ", StringComparison.Ordinal)
                    && note.EndsWith("nothing is read from it", StringComparison.Ordinal)));
        SmallFolder.Llama().File("generation_config.json", """{"temperature":"hot"}""")
            .AssertRefused(HuggingFaceErrors.WrongField, "generation_config.json: temperature is \"hot\", not a finite 32-bit float");
        SmallFolder.Llama().File("generation_config.json", """{"top_k":4294967296}""")
            .AssertRefused(HuggingFaceErrors.WrongField, "generation_config.json: top_k is 4294967296, not an integer of 32 bits");
        SmallFolder.Llama().File("generation_config.json", """{"eos_token_id":[1,-2]}""")
            .AssertRefused(HuggingFaceErrors.WrongField, "generation_config.json: eos_token_id is -2, not a token id");
    }

    [TestMethod]
    [DataRow("hidden_size", "\"64\"", "hidden_size is \"64\", not a count")]
    [DataRow("hidden_size", "64.5", "hidden_size is 64.5, not a count")]
    [DataRow("hidden_size", "-64", "hidden_size is -64, not a count")]
    [DataRow("hidden_size", "4294967296", "hidden_size is 4294967296, not a count")]
    [DataRow("hidden_size", "0", "hidden_size is 0")]
    [DataRow("num_key_value_heads", "0", "num_key_value_heads is 0")]
    [DataRow("head_dim", "0", "head_dim is 0")]
    [DataRow("num_hidden_layers", "[2]", "num_hidden_layers is a list, not a count")]
    [DataRow("rms_norm_eps", "true", "rms_norm_eps is true, not a finite 32-bit float")]
    [DataRow("rms_norm_eps", "1e999", "rms_norm_eps is 1e999, not a finite 32-bit float")]
    [DataRow("rope_theta", "{}", "rope_theta is an object, not a finite 32-bit float")]
    [DataRow("model_type", "1", "model_type is 1, not a string")]
    [DataRow("model_type", "\"\\ud800\"", "model_type is \"\\ud800\", not a string of valid Unicode")]
    [DataRow("hidden_act", "null7", null)]
    [DataRow("tie_word_embeddings", "1", "tie_word_embeddings is 1, not a boolean")]
    [DataRow("rope_scaling", "\"llama3\"", "rope_scaling is \"llama3\", not an object")]
    [DataRow("partial_rotary_factor", "\"half\"", "partial_rotary_factor is \"half\", not a number")]
    [DataRow("partial_rotary_factor", "1e999", "partial_rotary_factor is 1e999, not a number")]
    public void Wrong_type_names_field_and_value(string field, string json, string? message)
    {
        string config = $$"""
            {"model_type":"llama","hidden_size":64,"intermediate_size":160,"max_position_embeddings":2048,"num_attention_heads":4,"num_hidden_layers":2,"rms_norm_eps":1e-5,"vocab_size":96}
            """;
        int at = config.IndexOf($"\"{field}\":", StringComparison.Ordinal);
        string changed = at < 0 ? config.Replace("{", $"{{\"{field}\":{json},", StringComparison.Ordinal)
            : config[..(at + field.Length + 3)] + json + config[config.IndexOfAny([',', '}'], at)..];
        SmallFolder folder = SmallFolder.Llama().File("config.json", changed);
        if (message is null)
        {
            Assert.AreEqual(HuggingFaceErrors.NotJson, Assert.ThrowsExactly<ModelPackException>(() => folder.Derive()).Code);
        }
        else
        {
            folder.WithoutTensor("model.layers.0.self_attn.k_proj.weight").WithoutTensor("model.layers.1.self_attn.k_proj.weight")
                .WithoutTensor("model.layers.0.self_attn.v_proj.weight").WithoutTensor("model.layers.1.self_attn.v_proj.weight")
                .AssertRefused(HuggingFaceErrors.WrongField, "config.json: " + message);
        }
    }

    [TestMethod]
    [DataRow("hidden_size", 128, "hidden_size is 128, but the tensor model.embed_tokens.weight has 64 columns")]
    [DataRow("vocab_size", 97, "vocab_size is 97, but the tensor model.embed_tokens.weight has 96 rows")]
    [DataRow("num_hidden_layers", 3, "num_hidden_layers is 3, but there are tensors of 2 layers, the last one 1")]
    [DataRow("num_hidden_layers", 1, "num_hidden_layers is 1, but there are tensors of 2 layers, the last one 1")]
    [DataRow("num_attention_heads", 6, "hidden_size is 64, which num_attention_heads 6 does not divide")]
    [DataRow("num_key_value_heads", 3, "num_attention_heads is 4, which num_key_value_heads 3 does not divide")]
    [DataRow(
        "num_key_value_heads", 4,
        "num_key_value_heads 4 of width 16 give 64, but the tensor model.layers.0.self_attn.k_proj.weight has 32 rows")]
    [DataRow(
        "head_dim", 32, "num_attention_heads 4 of width 32 give 128, but the tensor model.layers.0.self_attn.q_proj.weight has 64 rows")]
    [DataRow("intermediate_size", 96, "intermediate_size is 96, but the tensor model.layers.0.mlp.gate_proj.weight has 160 rows")]
    public void Contradiction_names_both_values(string field, int value, string message) =>
        SmallFolder.Llama().Set(field, value).AssertRefused(HuggingFaceErrors.Contradiction, "config.json: " + message);

    [TestMethod]
    public void Gap_between_layers_and_tensors_of_another_rank_are_refused()
    {
        SmallFolder.Llama().Set("num_hidden_layers", 3).Tensor("model.layers.3.mlp.up_proj.weight", 160, 64)
            .AssertRefused(
                HuggingFaceErrors.Contradiction, "config.json: num_hidden_layers is 3, but there are tensors of 3 layers, the last one 3");
        SmallFolder.Llama().WithoutTensor("model.layers.1.mlp.up_proj.weight").Tensor("model.layers.1.mlp.up_proj.weight", 160)
            .AssertRefused(
                HuggingFaceErrors.Contradiction,
                "config.json: the tensor model.layers.1.mlp.up_proj.weight is no matrix, but has shape [160]");
    }

    [TestMethod]
    public void Packed_weights_are_not_measured_and_not_expressed() =>
        SmallFolder.Llama().WithoutTensor("model.layers.1.mlp.up_proj.weight")
            .Tensor(TensorType.U8, "model.layers.1.mlp.up_proj.weight", 160, 8)
            .AssertNotExpressed(
                "config.json: the model cannot be expressed as GGUF architecture 'llama': the tensor model.layers.1.mlp.up_proj.weight holds "
                    + "codes of a quantization (U8) that no type of GGUF has");

    [TestMethod]
    public void Experts_that_are_missing_are_refused()
    {
        SmallFolder folder = SmallFolder.Llama().Set("model_type", "mixtral").Set("num_local_experts", 3).Set("num_experts_per_tok", 2)
            .Set("rope_theta", 1e6);
        for (int expert = 0; expert < 2; expert++)
        {
            folder.Layers(2, "model.layers.", ($"block_sparse_moe.experts.{expert}.w1.weight", 160, 64));
        }

        folder.AssertRefused(
            HuggingFaceErrors.Contradiction, "config.json: num_local_experts is 3, but layer 0 has 2 experts, the last one 1");
        folder.Set("num_local_experts", 2).Set("num_experts_per_tok", 3)
            .AssertRefused(HuggingFaceErrors.Contradiction, "config.json: num_experts_per_tok is 3, but num_local_experts is 2");
    }

    [TestMethod]
    public void Rotation_that_is_stated_twice_has_to_agree()
    {
        SmallFolder.Llama().Set("rope_theta", 10000)
            .Set("rope_parameters", new JsonObject { ["rope_theta"] = 500000.0, ["rope_type"] = "default" })
            .AssertRefused(HuggingFaceErrors.Contradiction, "config.json: rope_parameters.rope_theta is 500000, but rope_theta is 10000");
        SmallFolder.Llama().Set("rope_scaling", new JsonObject { ["type"] = "linear", ["rope_type"] = "yarn", ["factor"] = 2 })
            .AssertRefused(HuggingFaceErrors.Contradiction, "config.json: rope_scaling.rope_type is 'yarn', but type is 'linear'");
        SmallFolder.Llama().Set("rope_scaling", new JsonObject { ["rope_type"] = "linear", ["factor"] = -2 })
            .AssertRefused(HuggingFaceErrors.WrongField, "config.json: rope_scaling.factor is -2");
    }

    [TestMethod]
    [DataRow("model_type", "\"dbrx\"", "there is no rule for the model_type 'dbrx'")]
    [DataRow("model_type", "null", "model_type is missing")]
    [DataRow(
        "hidden_act", "\"relu\"", "the model cannot be expressed as GGUF architecture 'llama': hidden_act is 'relu' instead of 'silu'")]
    [DataRow("rms_norm_eps", "null", "the model cannot be expressed as GGUF architecture 'llama': rms_norm_eps is missing")]
    [DataRow("num_attention_heads", "null", "the model cannot be expressed as GGUF architecture 'llama': num_attention_heads is missing")]
    [DataRow("partial_rotary_factor", "0.5", "the model cannot be expressed as GGUF architecture 'llama': partial_rotary_factor is 0.5")]
    [DataRow(
        "quantization_config", "{}",
        "the model cannot be expressed as GGUF architecture 'llama': quantization_config says that the weights are quantized in a way of "
            + "their own")]
    [DataRow(
        "rope_scaling", "{\"type\":\"dynamic\",\"alpha\":1000}",
        "the model cannot be expressed as GGUF architecture 'llama': rope_scaling of type 'dynamic'")]
    [DataRow("rope_scaling", "{\"factor\":2}", "the model cannot be expressed as GGUF architecture 'llama': rope_scaling names no type")]
    [DataRow(
        "rope_scaling", "{\"type\":\"yarn\"}",
        "the model cannot be expressed as GGUF architecture 'llama': rope_scaling.factor is missing")]
    [DataRow(
        "rope_scaling", "{\"type\":\"yarn\",\"factor\":4,\"truncate\":false}",
        "the model cannot be expressed as GGUF architecture 'llama': rope_scaling.truncate is false")]
    [DataRow(
        "rope_scaling", "{\"type\":\"yarn\",\"factor\":4,\"mscale\":1,\"mscale_all_dim\":1}",
        "the model cannot be expressed as GGUF architecture 'llama': rope_scaling states mscale and mscale_all_dim, for which there is no "
            + "key")]
    public void What_the_architecture_cannot_say_is_noted_and_nothing_derived(string field, string json, string note) =>
        SmallFolder.Llama().Set(field, JsonNode.Parse(json)).AssertNotExpressed("config.json: " + note);

    [TestMethod]
    public void Weights_that_a_file_beside_the_config_calls_quantized_are_noted_and_nothing_derived() =>
        SmallFolder.Llama().File("hf_quant_config.json", """{"quantization": {"quant_algo": "NVFP4"}}""").AssertNotExpressed(
            "config.json: the model cannot be expressed as GGUF architecture 'llama': hf_quant_config.json says that the weights are "
                + "quantized in a way of their own");

    [TestMethod]
    [DataRow(true, 0, null)]
    [DataRow(false, 2, null)]
    [DataRow(true, 2, "use_parallel_residual is true, so 0 layers have a tensor '….post_attention_layernorm.weight', but 2 do")]
    [DataRow(false, 0, "use_parallel_residual is false, so 2 layers have a tensor '….post_attention_layernorm.weight', but 0 do")]
    [DataRow(false, 1, "use_parallel_residual is false, so 2 layers have a tensor '….post_attention_layernorm.weight', but 1 do")]
    public void Stablelm_whose_second_norms_contradict_its_config_is_refused(bool isParallel, int norms, string? message)
    {
        SmallFolder folder = SmallFolder.Llama().Set("model_type", "stablelm").Set("partial_rotary_factor", 0.25)
            .Set("layer_norm_eps", 1e-5).Set("use_parallel_residual", isParallel);
        for (int layer = 0; layer < norms; layer++)
        {
            folder.Tensor($"model.layers.{layer}.post_attention_layernorm.weight", 64);
        }

        if (message is null)
        {
            Assert.AreEqual("stablelm", folder.Derive().Architecture);
            return;
        }

        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(() => folder.Derive());
        Assert.AreEqual(HuggingFaceErrors.Contradiction, error.Code);
        Assert.Contains(message, error.Detail);
    }
}
