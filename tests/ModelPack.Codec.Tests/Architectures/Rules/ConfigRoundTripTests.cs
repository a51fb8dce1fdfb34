using System.Globalization;
using System.Text.Json.Nodes;
using ModelPack.Architectures;
using ModelPack.Architectures.Rules;
using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Architectures.Rules;

/// <summary>config.json → GGUF keys → config.json → GGUF keys: the fields come back, and the keys are the same.</summary>
[TestClass]
public sealed class ConfigRoundTripTests
{
    private const string Sizes = """
        "hidden_size": 64, "intermediate_size": 160, "max_position_embeddings": 2048, "num_attention_heads": 4, "num_hidden_layers": 2, "vocab_size": 96,
        """;

    private const string Rms = Sizes + """ "num_key_value_heads": 2, "rms_norm_eps": 1e-06, """;

    private const string Moe = Rms + """ "num_experts": 2, "num_experts_per_tok": 1, "moe_intermediate_size": 48, """;

    private const string Yarn =
        """ {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 512, "beta_fast": 32.0, "beta_slow": 1.0, "attention_factor": 1.1386294} """;

    [TestMethod]
    [DataRow(
        "llama", Rms
        + """ "head_dim": 16, "rope_theta": 500000.0, "tie_word_embeddings": true, "attention_bias": false, "mlp_bias": false, "hidden_act": "silu", "rope_scaling": {"rope_type": "llama3", "factor": 32.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192} """, "")]
    [DataRow("llama", Rms + """ "head_dim": 16, "rope_theta": 10000.0, "rope_scaling": {"rope_type": "linear", "factor": 2.5} """, "")]
    [DataRow(
        "mistral", Rms + """ "head_dim": 16, "_name_or_path": "mistralai/Mistral-7B-v0.1", "rope_theta": 10000.0, "rope_scaling": null """,
        "")]
    [DataRow("mixtral", Rms + """ "head_dim": 16, "rope_theta": 1000000.0, "num_local_experts": 8, "num_experts_per_tok": 2 """, "")]
    [DataRow("qwen2", Rms + """ "rope_theta": 1000000.0, "rope_scaling": """ + Yarn, "blk.0.attn_q.bias")]
    [DataRow("qwen2_moe", Moe + """ "rope_theta": 1000000.0, "shared_expert_intermediate_size": 96 """, "blk.0.attn_q.bias")]
    [DataRow("qwen3", Rms + """ "head_dim": 32, "rope_theta": 1000000.0, "rope_scaling": """ + Yarn, "")]
    [DataRow("qwen3_moe", Moe + """ "head_dim": 32, "rope_theta": 1000000.0 """, "")]
    [DataRow("gemma", Rms + """ "head_dim": 32, "hidden_act": "gelu_pytorch_tanh" """, "")]
    [DataRow(
        "gemma2",
        Rms + """ "head_dim": 32, "hidden_activation": "gelu_pytorch_tanh", "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0, "sliding_window": 4096 """, "")]
    [DataRow(
        "gemma3_text",
        Rms + """ "head_dim": 32, "rope_theta": 1000000.0, "rope_local_base_freq": 10000.0, "query_pre_attn_scalar": 32, "sliding_window": 512, "rope_scaling": {"rope_type": "linear", "factor": 8.0} """, "")]
    [DataRow(
        "phi", Sizes + """ "layer_norm_eps": 1e-05, "partial_rotary_factor": 0.5, "hidden_act": "gelu_new", "num_key_value_heads": 4 """,
        "output.weight")]
    [DataRow(
        "phi3", Rms
        + """ "original_max_position_embeddings": 512, "rope_theta": 10000.0, "sliding_window": 100, "partial_rotary_factor": 0.75, "rope_scaling": {"type": "longrope", "long_factor": [1.0, 1.05, 1.3, 2.0, 4.5, 62.1], "short_factor": [1.0, 1.0, 1.1, 1.2, 1.3, 1e-05]} """, "output.weight")]
    [DataRow(
        "phi3", Rms
        + """ "original_max_position_embeddings": 512, "rope_theta": 10000.0, "sliding_window": 100, "partial_rotary_factor": 0.75, "rope_scaling": {"type": "longrope", "attention_factor": 1.25, "long_factor": [1.0, 1.05, 1.3, 2.0, 4.5, 62.1], "short_factor": [1.0, 1.0, 1.1, 1.2, 1.3, 1e-05]} """, "output.weight")]
    [DataRow(
        "stablelm",
        Sizes + """ "num_key_value_heads": 4, "layer_norm_eps": 1e-05, "partial_rotary_factor": 0.25, "use_parallel_residual": false, "use_qkv_bias": true, "qk_layernorm": false, "hidden_act": "silu" """, "output.weight blk.0.attn_q.bias blk.0.ffn_norm.weight")]
    [DataRow(
        "starcoder2",
        Sizes + """ "num_key_value_heads": 2, "norm_epsilon": 1e-05, "rope_theta": 999999.4420358813, "use_bias": true, "hidden_act": "gelu_pytorch_tanh" """, "blk.0.ffn_up.bias")]
    [DataRow("olmo2", Rms + """ "rope_theta": 500000.0, "attention_bias": false """, "output.weight")]
    [DataRow(
        "olmo3", Rms + """ "rope_theta": 500000.0, "sliding_window": 4096, "layer_types": ["sliding_attention", "full_attention"] """,
        "output.weight")]
    [DataRow(
        "granite",
        Rms + """ "rope_theta": 10000.0, "attention_multiplier": 0.0078125, "embedding_multiplier": 12.0, "residual_multiplier": 0.22, "logits_scaling": 16.0, "hidden_act": "silu" """, "")]
    [DataRow(
        "deepseek_v2",
        Sizes + """ "num_key_value_heads": 4, "rms_norm_eps": 1e-06, "rope_theta": 10000.0, "q_lora_rank": null, "kv_lora_rank": 512, "qk_rope_head_dim": 64, "qk_nope_head_dim": 128, "v_head_dim": 128, "n_routed_experts": 64, "num_experts_per_tok": 6, "moe_intermediate_size": 48, "n_shared_experts": 2, "first_k_dense_replace": 1, "routed_scaling_factor": 1.0, "norm_topk_prob": false, "scoring_func": "softmax", "n_group": 1, "topk_group": 1, "rope_scaling": {"rope_type": "yarn", "factor": 40.0, "original_max_position_embeddings": 4096, "beta_fast": 32.0, "beta_slow": 1.0, "mscale": 0.707, "mscale_all_dim": 0.707} """, "output.weight")]
    [DataRow(
        "deepseek_v3",
        Sizes + """ "num_key_value_heads": 4, "rms_norm_eps": 1e-06, "rope_theta": 10000.0, "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_rope_head_dim": 64, "qk_nope_head_dim": 128, "v_head_dim": 128, "n_routed_experts": 256, "num_experts_per_tok": 8, "moe_intermediate_size": 48, "n_shared_experts": 1, "first_k_dense_replace": 3, "routed_scaling_factor": 2.5, "norm_topk_prob": true, "scoring_func": "sigmoid", "topk_method": "noaux_tc", "n_group": 8, "topk_group": 4, "rope_scaling": null """, "output.weight blk.1.exp_probs_b.bias")]
    [DataRow(
        "bert", Sizes
        + """ "layer_norm_eps": 1e-12, "type_vocab_size": 2, "is_decoder": false, "hidden_act": "gelu", "id2label": {"0": "no", "1": "žluť"} """, "")]
    public void Fields_and_keys_come_back(string type, string fields, string ggufTensors) => Check(
        $$"""{"model_type": "{{type}}", {{fields}}}""",
        ggufTensors,
        type == "bert" ? "bert.embeddings.word_embeddings.weight" : "model.embed_tokens.weight",
        type == "bert" ? "bert.encoder.layer." : "model.layers.");

    [TestMethod]
    [DataRow(
        """{"model_type": "gpt2", "n_layer": 2, "n_positions": 128, "n_ctx": 128, "n_embd": 64, "n_head": 4, "vocab_size": 96, "layer_norm_epsilon": 1e-05, "activation_function": "gelu_new"}""", "transformer.wte.weight", "transformer.h.")]
    [DataRow(
        """{"model_type": "gpt2", "n_layer": 2, "n_positions": 128, "n_embd": 64, "n_inner": 100, "n_head": 4, "vocab_size": 96, "layer_norm_epsilon": 1e-05}""", "wte.weight", "h.")]
    [DataRow(
        """{"model_type": "falcon", "num_hidden_layers": 2, "hidden_size": 64, "num_attention_heads": 4, "num_kv_heads": 1, "multi_query": true, "new_decoder_architecture": false, "alibi": false, "bias": false, "parallel_attn": true, "vocab_size": 96, "layer_norm_epsilon": 1e-05}""", "transformer.word_embeddings.weight", "transformer.h.")]
    [DataRow(
        """{"model_type": "falcon", "num_hidden_layers": 2, "hidden_size": 64, "num_attention_heads": 4, "num_kv_heads": 2, "multi_query": true, "new_decoder_architecture": true, "ffn_hidden_size": 100, "rope_theta": 500042.0, "vocab_size": 96, "layer_norm_epsilon": 1e-05}""", "transformer.word_embeddings.weight", "transformer.h.")]
    [DataRow(
        """{"model_type": "nomic_bert", "n_layer": 2, "n_positions": 8192, "n_embd": 64, "n_inner": 96, "n_head": 4, "vocab_size": 96, "layer_norm_epsilon": 1e-12, "type_vocab_size": 2, "rotary_emb_base": 1000, "causal": false, "prenorm": false, "qkv_proj_bias": false, "activation_function": "swiglu", "rotary_emb_fraction": 1.0}""", "embeddings.word_embeddings.weight", "encoder.layers.")]
    [DataRow(
        """{"model_type": "gpt_bigcode", "n_layer": 2, "n_positions": 128, "n_embd": 64, "n_inner": 100, "n_head": 4, "vocab_size": 96, "layer_norm_epsilon": 1e-05, "multi_query": true, "activation_function": "gelu_pytorch_tanh"}""", "transformer.wte.weight", "transformer.h.")]
    public void Fields_with_names_of_their_own_come_back(string config, string embedding, string layers) =>
    Check(config, "", embedding, layers);

    [TestMethod]
    [DataRow(
        """ "rotary_pct": 0.25, "rotary_emb_base": 2000.0, "use_parallel_residual": false, "hidden_act": "gelu", "attention_bias": true, "tie_word_embeddings": false """)]
    [DataRow(""" "rotary_pct": 1.0, "use_parallel_residual": true, "rope_scaling": {"rope_type": "linear", "factor": 2.0} """)]
    public void Fields_of_gpt_neox_come_back(string fields) =>
        Check($$"""{"model_type": "gpt_neox", {{Sizes}} "layer_norm_eps": 1e-05, {{fields}}}""", "output.weight blk.0.attn_qkv.bias",
            "gpt_neox.embed_in.weight", "gpt_neox.layers.", "embed_out.weight");

    [TestMethod]
    [DataRow("models/random-qwen2-small-Q8_0")]
    [DataRow("models/random-qwen2-small-Q4_K_M")]
    public void Real_file_gives_its_own_keys_again(string model)
    {
        using GgufFile file = GgufFile.Open(new MemoryByteSource(GgufCorpus.Bytes(model)));
        DerivedFolder folder = DerivedCompanions.Derive(file);
        SmallFolder small = SmallFolder.With(folder.TextOf("config.json")).Tensor("model.embed_tokens.weight", 1024, 256)
            .Layers(4, "model.layers.", ("self_attn.q_proj.weight", 256, 256), ("self_attn.k_proj.weight", 128, 256),
                ("mlp.down_proj.weight", 256, 512)).Tensor("model.layers.0.self_attn.q_proj.bias", 256);
        string[] expected = [
            .. file.Metadata.Where(entry => entry.Key.StartsWith("qwen2.", StringComparison.Ordinal)).Select(DerivedKeys.Show)];
        Assert.HasCount(8, expected);
        CollectionAssert.AreEqual(
            expected, small.Derive().Entries.Where(entry => entry.Key.StartsWith("qwen2.", StringComparison.Ordinal))
                .Select(DerivedKeys.Show).ToArray());
    }

    private static void Check(string config, string ggufTensors, string embedding, string layers, params string[] further)
    {
        SmallFolder Folder(string json) =>
            further.Concat(layers.StartsWith("bert.", StringComparison.Ordinal) ? TypesOfBert : [])
            .Aggregate(Biased(SmallFolder.With(json), json, layers), (folder, name) => folder.Tensor(TensorType.I64, name, 96, 64))
            .Tensor(embedding, 96, 64)
            .Tensor(TensorType.I64, $"{layers}0.{OfLayer(layers)}", 64).Tensor(TensorType.I64, $"{layers}1.{OfLayer(layers)}", 64);
        DerivedGguf first = Folder(config).Derive();
        Assert.IsNotNull(first.Architecture, string.Join(Environment.NewLine, first.Notes));
        List<TensorInfo> tensors = [
            Matrix("token_embd.weight", 96, 64), Matrix("position_embd.weight", 128, 64), Matrix("token_types.weight", 2, 64)];
        tensors.AddRange(
            ggufTensors.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(name => Matrix(name, name == "output.weight" ? 96 : 64, 64)));
        using MemoryStream payloads = new();
        foreach (ExtraTensor extra in first.Extra)
        {
            tensors.Add(
                new() { Name = extra.Name, Type = TensorType.F32, Shape = extra.Shape, Offset = payloads.Position,
                    ByteLength = extra.F32LittleEndian.Length });
            payloads.Write(extra.F32LittleEndian.Span);
        }

        MetadataEntry[] entries = [.. first.Entries, new("tokenizer.ggml.model", GgufValue.FromString("bert"))];
        string back = DerivedCompanions.Derive(entries, tensors, new MemoryByteSource(payloads.ToArray())).TextOf("config.json");
        DerivedGguf second = Folder(back).Derive();
        Assert.AreEqual(Keys(first), Keys(second), back);
        CollectionAssert.AreEqual(first.Extra.Select(Show).ToArray(), second.Extra.Select(Show).ToArray());
        JsonObject found = JsonNode.Parse(back)!.AsObject();
        foreach ((string field, JsonNode? value) in JsonNode.Parse(config)!.AsObject().Where(field => field.Key != "_name_or_path"))
        {
            Assert.IsTrue(found.ContainsKey(field), $"{field} in {back}");
            Assert.AreEqual(Normal(value), Normal(found[field]), field);
        }
    }

    private static readonly string[] TypesOfBert = ["bert.embeddings.token_type_embeddings.weight"];

    // Integers are not compared with sizes.
    // Classes that always have biases, and those whose config says so.
    private static SmallFolder Biased(SmallFolder folder, string json, string layers) =>
        json.Contains("\"qwen2", StringComparison.Ordinal) || json.Contains("\"use_qkv_bias\": true", StringComparison.Ordinal)
            || json.Contains("\"use_bias\": true", StringComparison.Ordinal)
            ? new[] { 0, 1 }.Aggregate(folder, (biased, layer) => biased.Tensor($"{layers}{layer}.self_attn.q_proj.bias", 64)) : folder;

    private static string OfLayer(string layers) =>
        layers.StartsWith("bert.", StringComparison.Ordinal) ? "output.dense.weight" : "post_attention_layernorm.weight";

    private static TensorInfo Matrix(string name, long rows, long columns) =>
        new() { Name = name, Type = TensorType.F16, Shape = [rows, columns], Offset = 0, ByteLength = 2 * rows * columns };

    private static string Keys(DerivedGguf derived) =>
        string.Join('\n', derived.Entries.Where(entry => entry.Key != "general.name").Select(DerivedKeys.Show));

    private static string Show(ExtraTensor extra) => $"{extra.Name} {Convert.ToHexString(extra.F32LittleEndian.Span)}";

    /// <summary>Numbers by their float value, objects by their sorted fields.</summary>
    private static string Normal(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject fields =>
            string.Join(
                ',', fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}={Normal(field.Value)}")),
        JsonArray items => string.Join(',', items.Select(Normal)),
        JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.Number =>
            float.Parse(value.ToJsonString(), CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture),
        _ => node.ToJsonString(),
    };
}
