using System.Text.Json.Nodes;
using ModelPack.Architectures;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures.Rules;

/// <summary>GPT-NeoX and StarCoder, both ways.</summary>
[TestClass]
public sealed class GptFamilyTests
{
    private const string Refusal = "config.json: config.json cannot be derived: ";

    [TestMethod]
    public void Pythia() => Neox().Derive().AssertKeys("""
        general.architecture string "gptneox"
        general.type string "model"
        gptneox.context_length u32 2048
        gptneox.embedding_length u32 512
        gptneox.block_count u32 2
        gptneox.feed_forward_length u32 2048
        gptneox.rope.dimension_count u32 16
        gptneox.attention.head_count u32 8
        gptneox.use_parallel_residual bool true
        gptneox.attention.layer_norm_epsilon f32 1E-05
        """);

    [TestMethod]
    public void Starcoder_base() => Starcoder().Derive().AssertKeys("""
        general.architecture string "starcoder"
        general.type string "model"
        starcoder.context_length u32 128
        starcoder.embedding_length u32 64
        starcoder.feed_forward_length u32 256
        starcoder.block_count u32 2
        starcoder.attention.head_count u32 4
        starcoder.attention.head_count_kv u32 1
        starcoder.attention.layer_norm_epsilon f32 1E-05
        """);

    [TestMethod]
    [DataRow("rotary_emb_base", "20000", "20000")]
    [DataRow("rope_theta", "20000", "20000")]
    [DataRow("rope_parameters", """{"rope_type": "default", "rope_theta": 20000, "partial_rotary_factor": 0.25}""", "20000")]
    public void Unusual_base_of_the_rotation_has_a_key_whatever_the_config_calls_it(string field, string value, string shown)
    {
        SmallFolder folder = Neox().Without("rotary_emb_base").Set(field, JsonNode.Parse(value));
        Assert.AreEqual(shown, folder.Derive().Find("gptneox.rope.freq_base")!.Display());
    }

    [TestMethod]
    [DataRow("rotary_pct", "null", "rotary_pct is missing")]
    [DataRow("attention_bias", "false", "attention_bias is false")]
    [DataRow("hidden_act", "\"relu\"", "hidden_act is 'relu' instead of 'gelu_pytorch_tanh'")]
    [DataRow("layer_norm_eps", "null", "layer_norm_eps is missing")]
    public void Neox_that_the_runtime_would_compute_otherwise_is_not_expressed(string field, string value, string why) =>
        Neox().Set(field, JsonNode.Parse(value))
        .AssertNotExpressed("config.json: the model cannot be expressed as GGUF architecture 'gptneox': " + why);

    [TestMethod]
    public void Neox_without_an_output_matrix_is_not_expressed() => Neox().WithoutTensor("embed_out.weight").AssertNotExpressed(
        "config.json: the model cannot be expressed as GGUF architecture 'gptneox': there is no tensor embed_out.weight, for which the "
            + "runtime takes no other");

    [TestMethod]
    [DataRow("multi_query", "false", "multi_query is false")]
    [DataRow("scale_attn_weights", "false", "scale_attn_weights is false")]
    [DataRow("activation_function", "\"relu\"", "activation_function is 'relu' instead of 'gelu_pytorch_tanh'")]
    public void Starcoder_that_the_runtime_would_compute_otherwise_is_not_expressed(string field, string value, string why) =>
        Starcoder().Set(field, JsonNode.Parse(value))
        .AssertNotExpressed("config.json: the model cannot be expressed as GGUF architecture 'starcoder': " + why);

    [TestMethod]
    public void Config_that_contradicts_itself_or_the_tensors_is_refused()
    {
        Neox().Set("rope_theta", 500)
            .AssertRefused(HuggingFaceErrors.Contradiction, "config.json: rotary_emb_base is 10000, but rope_theta is 500");
        Neox().Set("rotary_pct", 1.5)
            .AssertRefused(
                HuggingFaceErrors.WrongField, "config.json: rotary_pct is 1.5, which leaves 0 of 64 values of a head to rotate in pairs");
        Neox().Set("intermediate_size", 2000).AssertRefused(
            HuggingFaceErrors.Contradiction,
            "config.json: intermediate_size is 2000, but the tensor gpt_neox.layers.0.mlp.dense_h_to_4h.weight has 2048 rows");
        Starcoder().Set("n_head", 8).AssertRefused(
            HuggingFaceErrors.Contradiction,
            "config.json: n_embd 64, a key and a value of width 8 give 80, but the tensor transformer.h.0.attn.c_attn.weight has 96 rows");
    }

    [TestMethod]
    public void Gguf_that_the_class_cannot_say_is_refused()
    {
        NeoxGguf().Derive().TextOf("config.json");
        NeoxGguf().Without("gptneox.use_parallel_residual").Derive()
            .AssertNoFile("config.json", Refusal + "gptneox.use_parallel_residual is missing");
        NeoxGguf().Own("attention.head_count_kv", 2).Derive()
            .AssertNoFile("config.json", Refusal + "gptneox.attention.head_count_kv is 2 instead of 4");
        StarcoderGguf().Derive().TextOf("config.json");
        StarcoderGguf().Own("attention.head_count_kv", 4).Derive()
            .AssertNoFile("config.json", Refusal + "starcoder.attention.head_count_kv is 4 instead of 1");
        StarcoderGguf().Without("starcoder.attention.head_count_kv").Derive()
            .AssertNoFile("config.json", Refusal + "starcoder.attention.head_count_kv is missing");
        StarcoderGguf().WithoutTensor("position_embd.weight").Derive()
            .AssertNoFile("config.json", Refusal + "the tensor position_embd.weight is missing");
    }

    private static SmallGguf NeoxGguf() =>
        SmallGguf.Decoder("gptneox").Without("gptneox.attention.head_count_kv").Own("attention.layer_norm_epsilon", 1e-5f)
        .Own("use_parallel_residual", GgufValue.FromBool(true)).Own("rope.dimension_count", 4)
        .Tensor("output.weight", TensorType.F16, 96, 64);

    private static SmallGguf StarcoderGguf() =>
        SmallGguf.Decoder("starcoder").Own("attention.head_count_kv", 1).Own("attention.layer_norm_epsilon", 1e-5f)
        .Tensor("position_embd.weight", TensorType.F32, 2048, 64);

    private static SmallFolder Neox() => SmallFolder.With("""
        {
          "architectures": ["GPTNeoXForCausalLM"], "bos_token_id": 0, "eos_token_id": 0, "hidden_act": "gelu", "hidden_size": 512, "initializer_range": 0.02, "intermediate_size": 2048,
          "layer_norm_eps": 1e-05, "max_position_embeddings": 2048, "model_type": "gpt_neox", "num_attention_heads": 8, "num_hidden_layers": 2, "rotary_emb_base": 10000, "rotary_pct": 0.25,
          "tie_word_embeddings": false, "torch_dtype": "float16", "use_cache": true, "use_parallel_residual": true, "vocab_size": 50304
        }
        """).Tensor("gpt_neox.embed_in.weight", 50304, 512).Tensor("embed_out.weight", 50304, 512).Layers(2, "gpt_neox.layers.", ("attention.query_key_value.weight", 1536, 512),
            ("attention.dense.weight", 512, 512), ("mlp.dense_h_to_4h.weight", 2048, 512), ("mlp.dense_4h_to_h.weight", 512, 2048));

    private static SmallFolder Starcoder() => SmallFolder.With("""
        {
          "model_type": "gpt_bigcode", "activation_function": "gelu_pytorch_tanh", "multi_query": true, "n_embd": 64, "n_head": 4, "n_inner": null, "n_layer": 2, "n_positions": 128,
          "layer_norm_epsilon": 1e-05, "scale_attn_weights": true, "vocab_size": 96
        }
        """).Tensor("transformer.wte.weight", 96, 64).Tensor("transformer.wpe.weight", 128, 64).Layers(2, "transformer.h.", ("attn.c_attn.weight", 96, 64), ("attn.c_proj.weight", 64, 64),
            ("mlp.c_fc.weight", 256, 64), ("mlp.c_proj.weight", 64, 256));
}
