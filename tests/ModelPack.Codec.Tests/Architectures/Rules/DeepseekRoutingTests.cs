using System.Text.Json.Nodes;
using ModelPack.Architectures;
using ModelPack.Architectures.Rules;

namespace ModelPack.Codec.Tests.Architectures.Rules;

/// <summary>Configs of DeepSeek that llama.cpp computes as the class does, and those that it would compute otherwise.</summary>
[TestClass]
public sealed class DeepseekRoutingTests
{
    private const string Note = "config.json: the model cannot be expressed as GGUF architecture 'deepseek2': ";

    [TestMethod]
    [DataRow("deepseek_v2", """{}""", 1, 1, 1)]
    [DataRow("deepseek_v2", """{"topk_method": "greedy"}""", 1, 1, 1)]
    [DataRow("deepseek_v2", """{"topk_method": "greedy", "n_group": 8, "topk_group": 3}""", 1, 1, 1)]
    [DataRow("deepseek_v2", """{"topk_method": "group_limited_greedy"}""", 1, 1, 1)]
    [DataRow("deepseek_v2", """{"topk_method": "group_limited_greedy", "n_group": 8, "topk_group": 8}""", 1, 1, 1)]
    [DataRow("deepseek_v2", """{"scoring_func": null, "n_group": 4, "topk_group": 4}""", 1, 1, 1)]
    [DataRow("deepseek_v3", """{}""", 8, 4, 2)]
    [DataRow("deepseek_v3", """{"scoring_func": null, "topk_method": null}""", 8, 4, 2)]
    [DataRow("deepseek_v3", """{"n_group": 4, "topk_group": 4}""", 1, 1, 2)]
    public void Routing_that_the_runtime_computes_has_keys(string type, string fields, int groups, int used, int gating)
    {
        DerivedGguf derived = With(Model(type), fields).Derive();
        Assert.AreEqual("deepseek2", derived.Architecture, string.Join(Environment.NewLine, derived.Notes));
        foreach ((string key, int value) in (ReadOnlySpan<(string, int)>)[
            ("expert_group_count", groups), ("expert_group_used_count", used), ("expert_gating_func", gating)])
        {
            Assert.AreEqual($"{value}", derived.Find($"deepseek2.{key}")!.Display(), key);
        }

        JsonObject changes = JsonNode.Parse(fields)!.AsObject();
        bool isSaid = changes.ContainsKey("n_group");
        Assert.AreEqual(
            isSaid, derived.Notes.Contains("config.json: n_group and topk_group leave all experts to choose from, and are written as 1"));
    }

    [TestMethod]
    [DataRow("""{"rope_interleave": true}""")]
    [DataRow("""{"num_attention_heads": 3, "num_key_value_heads": 3}""")]
    [DataRow("""{"head_dim": 8}""")]
    public void Latent_heads_share_nothing_with_the_hidden_size(string fields)
    {
        DerivedGguf derived = With(Model("deepseek_v3"), fields).Derive();
        Assert.AreEqual("deepseek2", derived.Architecture);
        Assert.AreEqual("40", derived.Find("deepseek2.attention.key_length")!.Display());
    }

    [TestMethod]
    public void Betas_of_yarn_have_keys()
    {
        DerivedGguf derived = With(Model("deepseek_v3"), """
            {"rope_scaling": {"type": "yarn", "factor": 4, "original_max_position_embeddings": 512, "mscale": 1.0, "mscale_all_dim": 1.0, "beta_fast": 1.0, "beta_slow": 0.5}}
            """).Derive();
        Assert.AreEqual("1", derived.Find("deepseek2.rope.scaling.yarn_beta_fast")!.Display());
        Assert.AreEqual("0.5", derived.Find("deepseek2.rope.scaling.yarn_beta_slow")!.Display());
    }

    [TestMethod]
    public void Groups_that_are_not_stated_have_no_keys()
    {
        DerivedGguf derived = Model("deepseek_v2").Without("n_group").Without("topk_group").Derive();
        Assert.IsNotNull(derived.Architecture);
        Assert.IsNull(derived.Find("deepseek2.expert_group_count"));
        Assert.IsNull(derived.Find("deepseek2.expert_group_used_count"));
    }

    [TestMethod]
    [DataRow("deepseek_v2", """{"topk_method": "group_limited_greedy", "n_group": 8, "topk_group": 3}""",
        "topk_method is 'group_limited_greedy' with n_group 8 and topk_group 3: the class goes by the best expert of a group, the runtime "
            + "by the two best")]
    [DataRow(
        "deepseek_v2", """{"topk_method": "group_limited_greedy", "topk_group": null}""",
        "topk_method is 'group_limited_greedy', but topk_group is missing")]
    [DataRow(
        "deepseek_v2", """{"topk_method": "group_limited_greedy", "n_group": null}""",
        "topk_method is 'group_limited_greedy', but n_group is missing")]
    [DataRow(
        "deepseek_v2", """{"n_group": 8, "topk_group": 3}""",
        "topk_method is missing, so that n_group 8 and topk_group 3 may count or not")]
    [DataRow("deepseek_v2", """{"topk_method": "noaux_tc"}""", "topk_method is 'noaux_tc' instead of 'greedy'")]
    [DataRow("deepseek_v2", """{"scoring_func": "sigmoid"}""", "scoring_func is 'sigmoid' instead of 'softmax'")]
    [DataRow("deepseek_v2", """{"norm_topk_prob": true}""", "norm_topk_prob is true")]
    [DataRow("deepseek_v2", """{"moe_layer_freq": 2}""", "moe_layer_freq is 2 instead of 1")]
    [DataRow("deepseek_v2", """{"routed_scaling_factor": null}""", "routed_scaling_factor is missing")]
    [DataRow("deepseek_v3", """{"scoring_func": "softmax"}""", "scoring_func is 'softmax' instead of 'sigmoid'")]
    [DataRow("deepseek_v3", """{"topk_method": "greedy"}""", "topk_method is 'greedy' instead of 'noaux_tc'")]
    [DataRow("deepseek_v3", """{"n_group": null}""", "n_group is missing")]
    [DataRow("deepseek_v3", """{"topk_group": null}""", "topk_group is missing")]
    [DataRow("deepseek_v3", """{"norm_topk_prob": null}""", "norm_topk_prob is missing")]
    [DataRow("deepseek_v3", """{"rope_interleave": false}""", "rope_interleave is false")]
    [DataRow("deepseek_v3", """{"first_k_dense_replace": null}""", "first_k_dense_replace is missing")]
    [DataRow(
        "deepseek_v3",
        """{"rope_scaling": {"type": "yarn", "factor": 4, "original_max_position_embeddings": 512, "mscale": 1.0, "mscale_all_dim": 0.5}}""",
        "rope_scaling.mscale and mscale_all_dim are not one number above zero, for which the runtime has a key")]
    [DataRow("deepseek_v3", """{"rope_scaling": {"type": "yarn", "factor": 4, "original_max_position_embeddings": 512}}""",
        "rope_scaling.mscale and mscale_all_dim are not one number above zero, for which the runtime has a key")]
    [DataRow(
        "deepseek_v3",
        """{"rope_scaling": {"type": "yarn", "factor": 4, "original_max_position_embeddings": 512, "mscale": 1.0, "mscale_all_dim": 1.0, "attention_factor": 1.5}}""",
        "rope_scaling.attention_factor is stated, which the runtime does not read")]
    public void Model_that_the_runtime_would_compute_otherwise_is_not_expressed(string type, string fields, string why) =>
    With(Model(type), fields).AssertNotExpressed(Note + why);

    [TestMethod]
    [DataRow("""{"topk_group": 9}""", "config.json: topk_group is 9, but n_group is 8")]
    [DataRow("""{"n_group": 7}""", "config.json: n_group is 7, which does not divide n_routed_experts 16")]
    [DataRow("""{"n_group": 16}""", "config.json: n_group is 16, which makes groups of 1 experts: the class goes by the two best of each")]
    [DataRow(
        """{"topk_group": 1}""",
        "config.json: n_group is 8, which makes groups of 2 experts: topk_group 1 leaves 2 of them, but num_experts_per_tok is 4")]
    [DataRow(
        """{"first_k_dense_replace": 0}""",
        "config.json: first_k_dense_replace is 0, but there is a tensor model.layers.0.mlp.up_proj.weight")]
    [DataRow(
        """{"first_k_dense_replace": 2}""",
        "config.json: first_k_dense_replace is 2, but there is a tensor model.layers.1.mlp.gate.weight")]
    public void Config_that_contradicts_itself_or_the_tensors_is_refused(string fields, string message) =>
    With(Model("deepseek_v3"), fields).AssertRefused(HuggingFaceErrors.Contradiction, message);

    [TestMethod]
    [DataRow("q_lora_rank", null, 2, "missing")]
    [DataRow("q_lora_rank", 40, 27, "40")]
    public void Model_that_llama_takes_for_another_size_is_noted(string field, int? rank, int layers, string shown)
    {
        SmallFolder folder = Model("deepseek_v2").Set(field, rank).Set("num_hidden_layers", layers);
        for (int layer = 2; layer < layers; layer++)
        {
            folder.Tensor($"model.layers.{layer}.mlp.gate.weight", 16, 64);
        }

        DerivedGguf derived = folder.Derive();
        Assert.IsNotNull(derived.Architecture);
        Assert.Contains(
            $"config.json: q_lora_rank is {shown} with {layers} layers: llama.cpp loads models without it that have 26 or 27 layers, and "
                + $"others with it", derived.Notes);
    }

    /// <summary>A dense layer and one with experts.</summary>
    private static SmallFolder Model(string type)
    {
        SmallFolder folder = SmallFolder.With("""
            {
              "hidden_size": 64, "intermediate_size": 160, "max_position_embeddings": 2048, "num_attention_heads": 4, "num_key_value_heads": 4, "num_hidden_layers": 2, "vocab_size": 96,
              "rms_norm_eps": 1e-06, "rope_theta": 10000.0, "q_lora_rank": null, "kv_lora_rank": 32, "qk_rope_head_dim": 8, "qk_nope_head_dim": 16, "v_head_dim": 16, "n_routed_experts": 16,
              "num_experts_per_tok": 4, "moe_intermediate_size": 48, "n_shared_experts": 2, "first_k_dense_replace": 1, "routed_scaling_factor": 1.5
            }
            """).Set("model_type", type).Tensor("model.embed_tokens.weight", 96, 64).Tensor("model.layers.0.mlp.up_proj.weight", 160, 64).Tensor("model.layers.1.mlp.gate.weight", 16, 64);
        return With(folder, type == "deepseek_v2"
            ? """{"n_group": 1, "topk_group": 1, "scoring_func": "softmax", "norm_topk_prob": false}"""
            : """{"n_group": 8, "topk_group": 4, "scoring_func": "sigmoid", "norm_topk_prob": true, "topk_method": "noaux_tc"}""");
    }

    private static SmallFolder With(SmallFolder folder, string fields)
    {
        foreach ((string field, JsonNode? value) in JsonNode.Parse(fields)!.AsObject())
        {
            folder.Set(field, value?.DeepClone());
        }

        return folder;
    }
}
