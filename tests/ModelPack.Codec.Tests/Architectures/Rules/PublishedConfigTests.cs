using System.Buffers.Binary;
using System.Text.Json.Nodes;
using ModelPack.Architectures;
using ModelPack.Architectures.Rules;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures.Rules;

/// <summary>Configs as published, and the keys that GGUF files of these models have, written down by hand.</summary>
[TestClass]
public sealed class PublishedConfigTests
{
    [TestMethod]
    public void Llama_3_2_1B()
    {
        DerivedGguf derived = SmallFolder.With("""
            {
              "architectures": ["LlamaForCausalLM"], "attention_bias": false, "attention_dropout": 0.0, "bos_token_id": 128000, "eos_token_id": 128001, "head_dim": 64,
              "hidden_act": "silu", "hidden_size": 2048, "initializer_range": 0.02, "intermediate_size": 8192, "max_position_embeddings": 131072, "mlp_bias": false,
              "model_type": "llama", "num_attention_heads": 32, "num_hidden_layers": 16, "num_key_value_heads": 8, "pretraining_tp": 1, "rms_norm_eps": 1e-05,
              "rope_scaling": {"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0, "original_max_position_embeddings": 8192, "rope_type": "llama3"},
              "rope_theta": 500000.0, "tie_word_embeddings": true, "torch_dtype": "bfloat16", "transformers_version": "4.45.0.dev0", "use_cache": true, "vocab_size": 128256
            }
            """).Tensor("model.embed_tokens.weight", 128256, 2048)
            .Layers(16, "model.layers.", ("self_attn.q_proj.weight", 2048, 2048), ("self_attn.k_proj.weight", 512, 2048),
                ("mlp.up_proj.weight", 8192, 2048))
            .File("generation_config.json", """
                {"bos_token_id": 128000, "do_sample": true, "eos_token_id": [128001, 128008, 128009], "temperature": 0.6, "top_p": 0.9, "transformers_version": "4.45.0.dev0"}
                """).Derive();
        derived.AssertKeys("""
            general.architecture string "llama"
            general.type string "model"
            general.sampling.top_p f32 0.9
            general.sampling.temp f32 0.6
            llama.block_count u32 16
            llama.context_length u32 131072
            llama.embedding_length u32 2048
            llama.feed_forward_length u32 8192
            llama.attention.head_count u32 32
            llama.attention.head_count_kv u32 8
            llama.rope.freq_base f32 500000
            llama.attention.layer_norm_rms_epsilon f32 1E-05
            llama.attention.key_length u32 64
            llama.attention.value_length u32 64
            llama.vocab_size u32 128256
            llama.rope.dimension_count u32 64
            """);
        Assert.AreEqual(128000, derived.TokenIds.Begin);
        CollectionAssert.AreEqual(new long[] { 128001, 128008, 128009 }, derived.TokenIds.End.ToArray());
        Assert.IsNull(derived.TokenIds.Padding);
        CollectionAssert.AreEqual(
            new[] { "generation_config.json: eos_token_id 128008: no key says that this token ends a text too, and it is not carried over" },
            GenerationToGguf.LostEnds(
                derived.TokenIds,
                [new("tokenizer.ggml.eos_token_id", GgufValue.FromUInt32(128009)),
                    new("tokenizer.ggml.eot_token_id", GgufValue.FromUInt32(128001))]).ToArray());

        // A control token of that name ends a text without a key.
        Assert.IsEmpty(
            GenerationToGguf.LostEnds(
                new(null, [1], null),
                [new("tokenizer.ggml.tokens", GgufValue.FromStrings(["a", "<|eom_id|>"])),
                    new("tokenizer.ggml.token_type", GgufValue.FromArray<int>([1, 3]))]));

        // Computed in double precision by the formula of hf-companions.md §1.4.
        ExtraTensor factors = derived.Extra.Single();
        Assert.AreEqual("rope_freqs.weight", factors.Name);
        CollectionAssert.AreEqual(new long[] { 32 }, factors.Shape.ToArray());
        AssertFloats([.. Enumerable.Repeat(1.0, 15), 1.65132925, 3.2922621, 9.66672898, .. Enumerable.Repeat(32.0, 14)], factors);
        Assert.Contains("generation_config.json: do_sample has no key and is not carried over", derived.Notes);
    }

    [TestMethod]
    public void Llama_3_1_8B_table_of_factors()
    {
        ExtraTensor factors = SmallFolder.With("""
            {
              "hidden_size": 4096, "intermediate_size": 14336, "max_position_embeddings": 131072, "model_type": "llama", "num_attention_heads": 32, "num_hidden_layers": 1,
              "num_key_value_heads": 8, "rms_norm_eps": 1e-05, "rope_theta": 500000.0, "vocab_size": 128256,
              "rope_parameters": {"rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192, "rope_type": "llama3"}
            }
            """).Tensor("model.embed_tokens.weight", 128256, 4096).Layers(1, "model.layers.", ("self_attn.q_proj.weight", 4096, 4096)).Derive().Extra.Single();
        AssertFloats(
            [.. Enumerable.Repeat(1.0, 29), 1.20748387, 1.55341463, 2.02631321, 2.69452969, 3.68425253, 5.25732659,
                .. Enumerable.Repeat(8.0, 29)], factors);
    }

    [TestMethod]
    public void Qwen2_5_0_5B() => SmallFolder.With("""
        {
          "architectures": ["Qwen2ForCausalLM"], "attention_dropout": 0.0, "bos_token_id": 151643, "eos_token_id": 151643, "hidden_act": "silu", "hidden_size": 896,
          "initializer_range": 0.02, "intermediate_size": 4864, "max_position_embeddings": 32768, "max_window_layers": 24, "model_type": "qwen2", "num_attention_heads": 14,
          "num_hidden_layers": 24, "num_key_value_heads": 2, "rms_norm_eps": 1e-06, "rope_theta": 1000000.0, "sliding_window": 32768, "tie_word_embeddings": true,
          "torch_dtype": "bfloat16", "use_sliding_window": false, "vocab_size": 151936
        }
        """).Tensor("model.embed_tokens.weight", 151936, 896).Layers(24, "model.layers.", ("self_attn.k_proj.weight", 128, 896)).Tensor("model.layers.0.self_attn.q_proj.bias", 896).Derive().AssertKeys("""
        general.architecture string "qwen2"
        general.type string "model"
        qwen2.block_count u32 24
        qwen2.context_length u32 32768
        qwen2.embedding_length u32 896
        qwen2.feed_forward_length u32 4864
        qwen2.attention.head_count u32 14
        qwen2.attention.head_count_kv u32 2
        qwen2.rope.freq_base f32 1000000
        qwen2.attention.layer_norm_rms_epsilon f32 1E-06
        """);

    [TestMethod]
    public void Gemma_2_2B() => Gemma2().Derive().AssertKeys("""
        general.architecture string "gemma2"
        general.type string "model"
        gemma2.context_length u32 8192
        gemma2.embedding_length u32 2304
        gemma2.block_count u32 26
        gemma2.feed_forward_length u32 9216
        gemma2.attention.head_count u32 8
        gemma2.attention.head_count_kv u32 4
        gemma2.attention.layer_norm_rms_epsilon f32 1E-06
        gemma2.attention.key_length u32 256
        gemma2.attention.value_length u32 256
        gemma2.attn_logit_softcapping f32 50
        gemma2.final_logit_softcapping f32 30
        gemma2.attention.sliding_window u32 4096
        """);

    [TestMethod]
    public void Gemma_with_another_attention_scale_is_not_expressed() => Gemma2().Set("query_pre_attn_scalar", 144).AssertNotExpressed(
        "config.json: the model cannot be expressed as GGUF architecture 'gemma2': query_pre_attn_scalar is 144, but the runtime takes 256");

    [TestMethod]
    public void Phi_3_mini_4k() =>
    Phi3().Set("rope_scaling", null).Set("max_position_embeddings", 4096).Set("sliding_window", 2047).Derive().AssertKeys("""
        general.architecture string "phi3"
        general.type string "model"
        general.name string "Phi-3-mini-4k-instruct"
        phi3.context_length u32 4096
        phi3.rope.scaling.original_context_length u32 4096
        phi3.embedding_length u32 3072
        phi3.feed_forward_length u32 8192
        phi3.block_count u32 32
        phi3.attention.head_count u32 32
        phi3.attention.head_count_kv u32 32
        phi3.attention.layer_norm_rms_epsilon f32 1E-05
        phi3.rope.dimension_count u32 96
        phi3.rope.freq_base f32 10000
        phi3.attention.sliding_window u32 2047
        """);

    [TestMethod]
    public void Phi_3_mini_128k_has_tables_of_factors()
    {
        DerivedGguf derived = Phi3().Derive();
        Assert.AreEqual("0", derived.Find("phi3.attention.sliding_window")!.Display());
        Assert.IsTrue(derived.Find("phi3.rope.scaling.attn_factor")!.TryGetFloat(out double factor));
        Assert.AreEqual(1.190238118171692, factor);
        CollectionAssert.AreEqual(
            new[] { "rope_factors_long.weight", "rope_factors_short.weight" }, derived.Extra.Select(extra => extra.Name).ToArray());
        AssertFloats([.. Enumerable.Repeat(1.0299999713897705, 48)], derived.Extra[0]);
        Phi3().Set("rope_scaling", Factors(("factor", 16.0))).AssertNotExpressed(
            "config.json: the model cannot be expressed as GGUF architecture 'phi3': rope_scaling.factor is 16, but "
                + "max_position_embeddings 131072 is 32 times original_max_position_embeddings 4096");
        Assert.IsTrue(
            Phi3().Set("rope_scaling", Factors(("factor", 16.0), ("attention_factor", 1.5))).Derive()
                .Find("phi3.rope.scaling.attn_factor")!.TryGetFloat(out double said));
        Assert.AreEqual(1.5, said);
        JsonObject cut = new() { ["type"] = "su", ["long_factor"] = new JsonArray(1.5), ["short_factor"] = new JsonArray(1.5) };
        Phi3().Set("rope_scaling", cut).AssertRefused(
            HuggingFaceErrors.Contradiction,
            "config.json: rope_scaling.long_factor has 1 item, but 96 values of a head are rotated in pairs");
    }

    [TestMethod]
    public void Mixtral_8x7B() => SmallFolder.With("""
        {
          "architectures": ["MixtralForCausalLM"], "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu", "hidden_size": 4096, "intermediate_size": 14336,
          "max_position_embeddings": 32768, "model_type": "mixtral", "num_attention_heads": 32, "num_experts_per_tok": 2, "num_hidden_layers": 32, "num_key_value_heads": 8,
          "num_local_experts": 8, "output_router_logits": false, "rms_norm_eps": 1e-05, "rope_theta": 1000000.0, "router_aux_loss_coef": 0.02, "sliding_window": null,
          "tie_word_embeddings": false, "torch_dtype": "bfloat16", "vocab_size": 32000
        }
        """).Tensor("model.embed_tokens.weight", 32000, 4096).Layers(32, "model.layers.", [.. Enumerable.Range(0, 8).Select(expert => ($"block_sparse_moe.experts.{expert}.w1.weight", 14336L, 4096L))])
        .Derive().AssertKeys("""
        general.architecture string "llama"
        general.type string "model"
        llama.block_count u32 32
        llama.context_length u32 32768
        llama.embedding_length u32 4096
        llama.feed_forward_length u32 14336
        llama.attention.head_count u32 32
        llama.attention.head_count_kv u32 8
        llama.rope.freq_base f32 1000000
        llama.attention.layer_norm_rms_epsilon f32 1E-05
        llama.expert_count u32 8
        llama.expert_used_count u32 2
        llama.vocab_size u32 32000
        llama.rope.dimension_count u32 128
        """);

    [TestMethod]
    public void Gpt2() => SmallFolder.With("""
        {
          "activation_function": "gelu_new", "architectures": ["GPT2LMHeadModel"], "attn_pdrop": 0.1, "bos_token_id": 50256, "embd_pdrop": 0.1, "eos_token_id": 50256,
          "initializer_range": 0.02, "layer_norm_epsilon": 1e-05, "model_type": "gpt2", "n_ctx": 1024, "n_embd": 768, "n_head": 12, "n_layer": 12, "n_positions": 1024,
          "resid_pdrop": 0.1, "vocab_size": 50257
        }
        """).Tensor("wte.weight", 50257, 768).Tensor("wpe.weight", 1024, 768).Layers(12, "h.", ("attn.c_attn.weight", 768, 2304), ("mlp.c_fc.weight", 768, 3072)).Derive().AssertKeys("""
        general.architecture string "gpt2"
        general.type string "model"
        gpt2.block_count u32 12
        gpt2.context_length u32 1024
        gpt2.embedding_length u32 768
        gpt2.feed_forward_length u32 3072
        gpt2.attention.head_count u32 12
        gpt2.attention.layer_norm_epsilon f32 1E-05
        """);

    [TestMethod]
    public void Falcon_7B_counts_one_key_head_whatever_its_field_says() => SmallFolder.With("""
        {
          "alibi": false, "bias": false, "hidden_size": 4544, "layer_norm_epsilon": 1e-05, "model_type": "falcon", "multi_query": true, "new_decoder_architecture": false,
          "num_attention_heads": 71, "num_hidden_layers": 32, "num_kv_heads": 71, "parallel_attn": true, "vocab_size": 65024
        }
        """).Tensor("transformer.word_embeddings.weight", 65024, 4544).Layers(32, "transformer.h.", ("self_attention.query_key_value.weight", 4672, 4544)).Derive().AssertKeys("""
        general.architecture string "falcon"
        general.type string "model"
        falcon.context_length u32 2048
        falcon.tensor_data_layout string "jploski"
        falcon.embedding_length u32 4544
        falcon.feed_forward_length u32 18176
        falcon.block_count u32 32
        falcon.attention.head_count u32 71
        falcon.attention.head_count_kv u32 1
        falcon.attention.layer_norm_epsilon f32 1E-05
        """);

    [TestMethod]
    public void Decimal_is_rounded_once()
    {
        // Just above the middle between 1 and the next float: a double in between would fall on the middle, and then to 1.
        DerivedGguf derived = SmallFolder.Llama().File("config.json", """
            {
              "model_type": "llama", "hidden_size": 64, "intermediate_size": 160, "max_position_embeddings": 2048, "num_attention_heads": 4, "num_hidden_layers": 2,
              "num_key_value_heads": 2, "rms_norm_eps": 1.00000005960464477539062500000001, "vocab_size": 96
            }
            """).Derive();
        Assert.IsTrue(derived.Find("llama.attention.layer_norm_rms_epsilon")!.TryGetFloat(out double epsilon));
        Assert.AreEqual(MathF.BitIncrement(1), (float)epsilon);
    }

    private static SmallFolder Gemma2() => SmallFolder.With("""
        {
          "architectures": ["Gemma2ForCausalLM"], "attn_logit_softcapping": 50.0, "bos_token_id": 2, "eos_token_id": 1, "final_logit_softcapping": 30.0, "head_dim": 256,
          "hidden_act": "gelu_pytorch_tanh", "hidden_activation": "gelu_pytorch_tanh", "hidden_size": 2304, "intermediate_size": 9216, "max_position_embeddings": 8192,
          "model_type": "gemma2", "num_attention_heads": 8, "num_hidden_layers": 26, "num_key_value_heads": 4, "pad_token_id": 0, "query_pre_attn_scalar": 256,
          "rms_norm_eps": 1e-06, "rope_theta": 10000.0, "sliding_window": 4096, "torch_dtype": "float32", "vocab_size": 256000
        }
        """).Tensor("model.embed_tokens.weight", 256000, 2304).Layers(26, "model.layers.", ("self_attn.q_proj.weight", 2048, 2304), ("self_attn.k_proj.weight", 1024, 2304));

    private static SmallFolder Phi3()
    {
        SmallFolder folder = SmallFolder.With("""
            {
              "_name_or_path": "microsoft/Phi-3-mini-4k-instruct", "hidden_act": "silu", "hidden_size": 3072, "intermediate_size": 8192, "max_position_embeddings": 131072, "model_type": "phi3",
              "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 32, "original_max_position_embeddings": 4096, "rms_norm_eps": 1e-05,
              "rope_theta": 10000.0, "sliding_window": null, "tie_word_embeddings": false, "vocab_size": 32064
            }
            """).Tensor("model.embed_tokens.weight", 32064, 3072).Tensor("lm_head.weight", 32064, 3072)
            .Layers(32, "model.layers.", ("self_attn.qkv_proj.weight", 9216, 3072), ("mlp.gate_up_proj.weight", 16384, 3072),
                ("mlp.down_proj.weight", 3072, 8192));
        return folder.Set("rope_scaling", Factors());
    }

    private static JsonObject Factors(params ReadOnlySpan<(string Field, double Value)> further)
    {
        JsonArray Table(double value) => [.. Enumerable.Repeat(value, 48).Select(item => JsonValue.Create(item))];
        JsonObject scaling = new() { ["type"] = "su", ["long_factor"] = Table(1.0299999713897705), ["short_factor"] = Table(1.05) };
        foreach ((string field, double value) in further)
        {
            scaling[field] = value;
        }

        return scaling;
    }

    private static void AssertFloats(double[] expected, ExtraTensor tensor)
    {
        Assert.AreEqual(expected.Length * sizeof(float), tensor.F32LittleEndian.Length);
        for (int item = 0; item < expected.Length; item++)
        {
            float value = BinaryPrimitives.ReadSingleLittleEndian(tensor.F32LittleEndian.Span[(item * sizeof(float))..]);
            Assert.AreEqual(expected[item], value, expected[item] % 1 == 0 ? 0 : expected[item] * 1e-6, $"value {item}");
        }
    }
}
