using ModelPack.Architectures;
using ModelPack.Architectures.Families;
using ModelPack.Architectures.Rules;

namespace ModelPack.Codec.Tests.Architectures.Families;

/// <summary>Rules in code that say which layer is of which kind, and the sizes of state-space mixers: each is given what it must
/// refuse.</summary>
[TestClass]
public sealed class HybridRuleTests
{
    [TestMethod]
    [DataRow("decoder.block.0.layer.2.DenseReluDense.wi_0.weight")]
    [DataRow("encoder.block.0.layer.1.DenseReluDense.wi_1.weight")]
    public void A_gate_of_one_layer_of_T5_that_is_missing_is_said(string name)
    {
        using FamilyCheckpoint checkpoint = FamilyCheckpoint.Named("t5-flan");
        DerivedGguf derived = checkpoint.Derive(tensors: [.. checkpoint.Tensors.Where(tensor => tensor.Name != name)]);
        Assert.IsNull(derived.Architecture);
        Assert.Contains("which stand side by side in each layer", string.Join('\n', derived.Notes));
    }

    [TestMethod]
    [DataRow("qwen3next", """{"layer_types": ["linear_attention", "full_attention", "linear_attention", "linear_attention"]}""", "layer_types does not say 'full_attention' for each 4th layer alone")]
    [DataRow("granitehybrid", """{"layer_types": null}""", "layer_types is missing")]
    [DataRow("granitehybrid", """{"position_embedding_type": "alibi"}""", "position_embedding_type is 'alibi'")]
    [DataRow("granitehybrid", """{"time_step_limit": [0.0, 0.1]}""", "time_step_limit cuts steps off")]
    [DataRow("granitehybrid", """{"time_step_limit": [0.001, {"__float__": "Infinity"}]}""", "time_step_limit cuts steps off")]
    [DataRow("mamba2", """{"time_step_limit": [0.0]}""", "time_step_limit cuts steps off")]
    [DataRow("mamba2", """{"time_step_limit": [0.0, {"__float__": "-Infinity"}]}""", "time_step_limit cuts steps off")]
    [DataRow("mamba2", """{"time_step_limit": [0.0, {"__float__": "Infinity"}]}""", "")]
    [DataRow("mamba2", """{"time_step_limit": [0, 1e999]}""", "")]
    [DataRow("nemotron_h_moe", """{"hybrid_override_pattern": null}""", "hybrid_override_pattern is missing")]
    [DataRow("nemotron_h_moe", """{"intermediate_size": null}""", "intermediate_size is missing")]
    [DataRow("nemotron_h", """{"hybrid_override_pattern": "M-M*E"}""", "num_experts_per_tok is missing, and there are layers with experts")]
    [DataRow("mamba", """{"expand": 3, "intermediate_size": 96, "d_inner": null}""", "the runtime takes twice as many")]
    [DataRow("kimi-linear", """{"linear_attn_config": null}""", "linear_attn_config does not say full_attn_layers")]
    [DataRow("kimi-linear", """{"linear_attn_config": {"full_attn_layers": [3], "head_dim": 16, "num_heads": 3, "short_conv_kernel_size": 4}}""", "linear_attn_config.num_heads is 3")]
    [DataRow("kimi-linear", """{"first_k_dense_replace": null}""", "first_k_dense_replace is missing")]
    [DataRow("lfm2moe", """{"use_expert_bias": false}""", "use_expert_bias is false, but there are such tensors")]
    [DataRow(
        "lfm2moe", """{"mlp_layer_types": ["dense", "sparse", "dense", "sparse"]}""",
        "mlp_layer_types has dense layers behind sparse ones")]
    [DataRow("modern-bert", """{"layer_types": ["full_attention", "full_attention", "sliding_attention", "sliding_attention"]}""", "layer_types has no window in other layers")]
    [DataRow("modern-bert", """{"hidden_activation": "relu"}""", "hidden_activation is 'relu'")]
    [DataRow("modern-bert", """{"rope_scaling": {"rope_type": "linear", "factor": 2.0}}""", "rope_parameters scale the rotation")]
    [DataRow("nomic-bert-moe", """{"num_shared_experts": 1}""", "num_shared_experts is 1")]
    [DataRow("nomic-bert-moe", """{"rotary_emb_fraction": 0.5}""", "rotary_emb_fraction is 0.5")]
    [DataRow("nomic-bert-moe", """{"rotary_scaling_factor": 2.0}""", "rotary_scaling_factor is set")]
    [DataRow("nomic-bert-moe", """{"causal": true}""", "causal is true")]
    [DataRow("nomic-bert-moe", """{"activation_function": "relu"}""", "activation_function is 'relu'")]
    [DataRow("t5", """{"feed_forward_proj": "relu"}""", "its tensors are those of gated-gelu")]
    [DataRow("t5", """{"num_decoder_layers": 3}""", "num_decoder_layers is 3, and num_layers 2")]
    [DataRow("t5", """{"tie_word_embeddings": true}""", "tie_word_embeddings is true, which scales the output")]
    [DataRow("gemma3", """{"sliding_window_pattern": 5}""", "sliding_window_pattern is 5")]
    [DataRow("gemma3", """{"tie_word_embeddings": false}""", "tie_word_embeddings is false")]
    [DataRow("gemma3", """{"rope_theta": null, "rope_local_base_freq": null, "rope_parameters": {"full_attention": {"rope_theta": 1e6, "rope_type": "default"}, "sliding_attention": {"rope_theta": 1e4, "rope_type": "linear", "factor": 2.0}}}""", "rope_parameters.sliding_attention is of type 'linear'")]
    [DataRow("gemma3", """{"rope_theta": null, "rope_local_base_freq": null, "rope_parameters": {"full_attention": {"rope_theta": 1e6, "rope_type": "default"}, "sliding_attention": {"rope_theta": 1e4, "rope_type": "default"}}}""", "")]
    [DataRow("gemma3", """{"query_pre_attn_scalar": 16}""", "query_pre_attn_scalar is 16")]
    public void What_a_runtime_computes_otherwise_is_refused_by_name(string architecture, string edit, string expected)
    {
        using FamilyCheckpoint checkpoint = FamilyCheckpoint.Of(FamilyCatalog.Find(architecture)!).First();
        DerivedGguf derived = checkpoint.Derive(config => FamilyRuleTests.Merge(config, edit));
        Assert.AreEqual(expected.Length == 0, derived.Architecture is not null, string.Join('\n', derived.Notes));
        Assert.IsTrue(expected.Length == 0 || derived.Notes.Any(note => note.Contains(expected)), string.Join('\n', derived.Notes));
    }

    [TestMethod]
    [DataRow("glm-dsa", """{"indexer_types": ["full"]}""", "indexer_types has 1 item")]
    [DataRow("glm-dsa", """{"indexer_types": ["full", "other"]}""", "indexer_types holds 'other', neither full nor shared")]
    [DataRow("glm-dsa", """{"index_topk_pattern": "FX"}""", "index_topk_pattern holds 'X', neither F nor S")]
    [DataRow("glm-dsa", """{"indexer_types": ["full", "shared"]}""", "says 'shared' for layer 1, but there is")]
    [DataRow("glm-dsa", """{"index_topk_freq": 0}""", "index_topk_freq is 0")]
    [DataRow("glm-dsa", """{"num_nextn_predict_layers": 2}""", "num_nextn_predict_layers is 2, but there are tensors of 1 such layers")]
    [DataRow("qwen3next", """{"linear_num_value_heads": 5}""", "linear_num_value_heads is 5, which linear_num_key_heads 2 does not divide")]
    [DataRow("qwen3next", """{"full_attention_interval": 0}""", "full_attention_interval is 0")]
    [DataRow("qwen3next", """{"layer_types": ["linear_attention"]}""", "layer_types has 1 item")]
    [DataRow("qwen3next", """{"layer_types": ["linear_attention", "linear_attention", "linear_attention", "other"]}""", "layer_types holds 'other'")]
    [DataRow("granitehybrid", """{"num_key_value_heads": 3}""", "num_attention_heads is 4, which num_key_value_heads 3 does not divide")]
    [DataRow("granitehybrid", """{"num_hidden_layers": 100000}""", "num_hidden_layers is 100000, but there are")]
    [DataRow("granitehybrid", """{"mamba_d_conv": 0}""", "mamba_d_conv is 0")]
    [DataRow("granitehybrid", """{"mamba_n_heads": 3}""", "mamba_n_heads is 3, which does not make 64 of heads of width 16")]
    [DataRow("granitehybrid", """{"mamba_n_groups": 3}""", "mamba_n_groups is 3, but there are 4 heads")]
    [DataRow("nemotron_h_moe", """{"hybrid_override_pattern": "MEM*"}""", "hybrid_override_pattern has 4 layers")]
    [DataRow("nemotron_h_moe", """{"hybrid_override_pattern": "MEM*X"}""", "hybrid_override_pattern holds 'X'")]
    [DataRow(
        "nemotron_h_moe", """{"layers_block_type": ["mamba", "moe", "mamba", "attention", "mlp"]}""",
        "hybrid_override_pattern names other layers than layers_block_type")]
    [DataRow(
        "nemotron_h_moe", """{"layers_block_type": ["mamba", "moe", "mamba", "attention", "what"]}""",
        "layers_block_type holds 'what'")]
    [DataRow("jamba", """{"attn_layer_period": 0}""", "attn_layer_period is 0")]
    [DataRow("jamba", """{"expert_layer_offset": 0}""", "say that layer 0 has experts, but there is no router")]
    [DataRow("jamba", """{"num_experts": 1, "num_experts_per_tok": 1}""", "say that layer 1 has no experts, but there is a router")]
    [DataRow("kimi-linear", """{"linear_attn_config": {"full_attn_layers": [3], "kda_layers": [1, 2], "head_dim": 16, "num_heads": 2, "short_conv_kernel_size": 4}}""", "kda_layers are not the layers that full_attn_layers leaves")]
    [DataRow("kimi-linear", """{"linear_attn_config": {"full_attn_layers": [5], "head_dim": 16, "num_heads": 2, "short_conv_kernel_size": 4}}""", "full_attn_layers names layer 5 of 4")]
    [DataRow("kimi-linear", """{"linear_attn_config": {"full_attn_layers": [0], "head_dim": 16, "num_heads": 2, "short_conv_kernel_size": 4}}""", "full_attn_layers names layer 0 of 4")]
    [DataRow(
        "lfm2", """{"layer_types": ["conv", "conv", "conv", "full_attention"]}""",
        "layer_types names other layers than full_attn_idxs")]
    [DataRow("lfm2", """{"full_attn_idxs": [4]}""", "full_attn_idxs names layer 4 of 4")]
    [DataRow("lfm2", """{"block_multiple_of": 0}""", "block_multiple_of is 0")]
    [DataRow("lfm2moe", """{"num_dense_layers": 2}""", "num_dense_layers is 2, but there is a tensor")]
    [DataRow("lfm2moe", """{"num_dense_layers": 0}""", "num_dense_layers is 0, but there is a tensor")]
    [DataRow(
        "lfm2moe", """{"mlp_layer_types": ["dense", "other", "sparse", "sparse"]}""",
        "mlp_layer_types holds 'other', neither dense nor sparse")]
    [DataRow(
        "lfm2moe", """{"mlp_layer_types": ["dense", "dense", "sparse", "sparse"]}""",
        "num_dense_layers is 1, but mlp_layer_types begins with 2")]
    [DataRow("modern-bert", """{"global_attn_every_n_layers": 0}""", "global_attn_every_n_layers is 0")]
    [DataRow("modern-bert", """{"rope_parameters": {"full_attention": {"rope_theta": 1.0, "rope_type": "default"}, "sliding_attention": {"rope_theta": 10000.0, "rope_type": "default"}}}""", "but rope_parameters says 1")]
    [DataRow("t5", """{"num_decoder_layers": 1}""", "num_decoder_layers is 1, but there are tensors of 2 layers")]
    [DataRow("gemma3", """{"sliding_window_pattern": 0}""", "sliding_window_pattern is 0")]
    public void What_contradicts_itself_is_an_error(string architecture, string edit, string expected)
    {
        using FamilyCheckpoint checkpoint = FamilyCheckpoint.Of(FamilyCatalog.Find(architecture)!).First();
        ModelPackException error = Assert.ThrowsExactly<ModelPackException>(
            () => checkpoint.Derive(config => FamilyRuleTests.Merge(config, edit)));
        Assert.Contains(expected, error.Detail);
    }

    [TestMethod]
    [DataRow("glm-dsa", "attention.indexer.types", null, "attention.indexer.types is missing")]
    [DataRow("glm-dsa", "attention.indexer.types", new[] { true }, "attention.indexer.types has 1 item for 2 layers")]
    [DataRow("glm-dsa", "attention.indexer.types", new[] { true, false }, "is false at 1, but blk.1.indexer.attn_k.weight is there")]
    [DataRow("glm-dsa", "nextn_predict_layers", 9u, "nextn_predict_layers is 9, but glm-dsa.block_count is not more")]
    [DataRow("qwen3next", "ssm.inner_size", 50u, "these do not go with 2 groups")]
    [DataRow("qwen3next", "full_attention_interval", 0u, "full_attention_interval is 0")]
    [DataRow("granitehybrid", "attention.head_count_kv", new[] { 0, 1, 2, 0 }, "differs between layers (1 and 2)")]
    [DataRow("granitehybrid", "attention.head_count_kv", new[] { 0, 2 }, "is no list of 4 counts")]
    [DataRow("granitehybrid", "ssm.inner_size", 66u, "ssm.inner_size is 66, which granitehybrid.ssm.time_step_rank 4 does not divide")]
    [DataRow("granitehybrid", "ssm.inner_size", 100u, "ssm.inner_size is 100, no multiple of")]
    [DataRow("nemotron_h_moe", "feed_forward_length", new[] { 0, 24, 0, 0, 48 }, "feed_forward_length differs between layers (24 and 48)")]
    [DataRow("nemotron_h_moe", "feed_forward_length", new[] { 0, 24, 0, 24, 24 }, "but the class has one mixer a layer")]
    [DataRow("jamba", "attention.head_count_kv", new[] { 2, 0, 2, 2 }, "the layers that attend have no period")]
    [DataRow("jamba", "ssm.inner_size", 65u, "ssm.inner_size is 65, no multiple of")]
    [DataRow("lfm2moe", "leading_dense_block_count", 2u, "leading_dense_block_count is 2, but there is a tensor")]
    [DataRow("lfm2moe", "leading_dense_block_count", null, "leading_dense_block_count is missing")]
    [DataRow("modern-bert", "attention.sliding_window_pattern", 0u, "attention.sliding_window_pattern is 0")]
    [DataRow("modern-bert", "hidden_activation", "relu", "hidden_activation is none of gelu, silu")]
    [DataRow("t5", "decoder_block_count", 3u, "and the encoder has fewer layers")]
    [DataRow("gemma-embedding", "dense_2_feat_in", 3u, "say something else")]
    public void Keys_that_the_class_cannot_say_give_no_config(string architecture, string key, object? value, string expected)
    {
        string? refusal = FamilyRuleTests.Refusal(architecture, key, value);
        Assert.IsNotNull(refusal);
        Assert.Contains(expected, refusal);
    }

    [TestMethod]
    public void A_layer_that_chooses_positions_needs_its_tensors()
    {
        using FamilyCheckpoint checkpoint = FamilyCheckpoint.Of(FamilyCatalog.Find("glm-dsa")!).First();
        DerivedGguf derived = checkpoint.Derive(
            tensors: [.. checkpoint.Tensors.Where(tensor => !tensor.Name.Contains(".1.self_attn.indexer.", StringComparison.Ordinal))]);
        Assert.IsNull(derived.Architecture);
        Assert.IsTrue(
            derived.Notes.Any(note => note.Contains("layer 1 has no tensors for choosing positions")), string.Join('\n', derived.Notes));
    }
}
