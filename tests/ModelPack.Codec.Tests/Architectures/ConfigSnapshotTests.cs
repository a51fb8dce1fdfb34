using ModelPack.Architectures;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Architectures;

/// <summary>Whole files, spelled out from the tables of hf-companions.md §1.1 to §1.4.</summary>
[TestClass]
public sealed class ConfigSnapshotTests
{
    [TestMethod]
    public void Llama()
    {
        DerivedFolder folder = SmallGguf.Decoder("llama").Own("rope.dimension_count", 16).Own("rope.freq_base", 500000f)
            .Own("vocab_size", 96).Count("tokenizer.ggml.bos_token_id", 1).Count("tokenizer.ggml.eos_token_id", 2)
            .Tensor("output.weight", TensorType.F16, 96, 64).Tensor("blk.0.attn_q.weight", TensorType.F16, 64, 64).Derive();
        folder.AssertFile("config.json", """
            {
              "architectures": [
                "LlamaForCausalLM"
              ],
              "attention_bias": false,
              "bos_token_id": 1,
              "eos_token_id": 2,
              "head_dim": 16,
              "hidden_act": "silu",
              "hidden_size": 64,
              "intermediate_size": 160,
              "max_position_embeddings": 2048,
              "mlp_bias": false,
              "model_type": "llama",
              "num_attention_heads": 4,
              "num_hidden_layers": 2,
              "num_key_value_heads": 2,
              "rms_norm_eps": 1e-05,
              "rope_scaling": null,
              "rope_theta": 500000.0,
              "tie_word_embeddings": false,
              "torch_dtype": "float16",
              "vocab_size": 96
            }

            """);
        folder.AssertNote("config.json: architectures: LlamaForCausalLM is a guess, no key says otherwise");
    }

    [TestMethod]
    public void Llama_with_biases_without_key_heads_and_rotary_keys()
    {
        string config = SmallGguf.Decoder("llama").Without("llama.attention.head_count_kv")
            .Tensor("blk.0.attn_q.bias", TensorType.F32, 64).Tensor("blk.0.ffn_up.bias", TensorType.F32, 160).Derive()
            .TextOf("config.json");
        Assert.Contains("\"attention_bias\": true,", config);
        Assert.Contains("\"mlp_bias\": true,", config);
        Assert.Contains("\"num_key_value_heads\": 4,", config);
        Assert.Contains("\"rope_theta\": 10000.0,", config);
        Assert.Contains("\"tie_word_embeddings\": true,", config);
        Assert.DoesNotContain("head_dim", config);
    }

    [TestMethod]
    [DataRow("general.name", "Mistral 7B")]
    [DataRow("general.basename", "MISTRAL")]
    [DataRow("general.organization", "mistralai")]
    [DataRow("tokenizer.ggml.pre", "tekken")]
    public void Mistral(string key, string sign)
    {
        DerivedFolder folder = SmallGguf.Decoder("llama").Text(key, sign).Own("rope.dimension_count", 16).Derive();
        folder.AssertFile("config.json", """
            {
              "architectures": [
                "MistralForCausalLM"
              ],
              "head_dim": 16,
              "hidden_act": "silu",
              "hidden_size": 64,
              "intermediate_size": 160,
              "max_position_embeddings": 2048,
              "model_type": "mistral",
              "num_attention_heads": 4,
              "num_hidden_layers": 2,
              "num_key_value_heads": 2,
              "rms_norm_eps": 1e-05,
              "rope_scaling": null,
              "rope_theta": 10000.0,
              "tie_word_embeddings": true,
              "torch_dtype": "float16",
              "vocab_size": 96
            }

            """);
        folder.AssertNote($"config.json: architectures: MistralForCausalLM is a guess from {key}");
    }

    [TestMethod]
    public void Mixtral()
    {
        DerivedFolder folder = SmallGguf.Decoder("llama").Text("general.name", "Mixtral").Own("rope.dimension_count", 16)
            .Own("expert_count", 8).Own("expert_used_count", 2).Derive();
        folder.AssertFile("config.json", """
            {
              "architectures": [
                "MixtralForCausalLM"
              ],
              "head_dim": 16,
              "hidden_act": "silu",
              "hidden_size": 64,
              "intermediate_size": 160,
              "max_position_embeddings": 2048,
              "model_type": "mixtral",
              "num_attention_heads": 4,
              "num_experts_per_tok": 2,
              "num_hidden_layers": 2,
              "num_key_value_heads": 2,
              "num_local_experts": 8,
              "rms_norm_eps": 1e-05,
              "rope_scaling": null,
              "rope_theta": 10000.0,
              "tie_word_embeddings": true,
              "torch_dtype": "float16",
              "vocab_size": 96
            }

            """);
    }

    [TestMethod]
    public void Qwen2()
    {
        SmallGguf.Decoder("qwen2").Own("rope.freq_base", 1000000f).Own("attention.layer_norm_rms_epsilon", 1e-6f)
            .Tensor("blk.0.attn_q.bias", TensorType.F32, 64).Count("tokenizer.ggml.padding_token_id", 3).Derive()
            .AssertFile("config.json", """
            {
              "architectures": [
                "Qwen2ForCausalLM"
              ],
              "hidden_size": 64,
              "intermediate_size": 160,
              "max_position_embeddings": 2048,
              "model_type": "qwen2",
              "num_attention_heads": 4,
              "num_hidden_layers": 2,
              "num_key_value_heads": 2,
              "pad_token_id": 3,
              "rms_norm_eps": 1e-06,
              "rope_scaling": null,
              "rope_theta": 1000000.0,
              "tie_word_embeddings": true,
              "torch_dtype": "float16",
              "vocab_size": 96
            }

            """);
    }

    [TestMethod]
    public void Qwen2_moe()
    {
        SmallGguf.Decoder("qwen2moe").Own("expert_count", 60).Own("expert_used_count", 4)
            .Own("expert_feed_forward_length", 32).Own("expert_shared_feed_forward_length", 128)
            .Tensor("blk.0.attn_q.bias", TensorType.F32, 64).Derive().AssertFile("config.json", """
            {
              "architectures": [
                "Qwen2MoeForCausalLM"
              ],
              "hidden_size": 64,
              "intermediate_size": 160,
              "max_position_embeddings": 2048,
              "model_type": "qwen2_moe",
              "moe_intermediate_size": 32,
              "num_attention_heads": 4,
              "num_experts": 60,
              "num_experts_per_tok": 4,
              "num_hidden_layers": 2,
              "num_key_value_heads": 2,
              "rms_norm_eps": 1e-05,
              "rope_scaling": null,
              "rope_theta": 10000.0,
              "shared_expert_intermediate_size": 128,
              "tie_word_embeddings": true,
              "torch_dtype": "float16",
              "vocab_size": 96
            }

            """);
    }

    [TestMethod]
    public void Qwen3_takes_the_width_of_a_head_from_its_key()
    {
        SmallGguf.Decoder("qwen3").Own("attention.key_length", 32).Own("attention.value_length", 32)
            .Own("rope.scaling.type", GgufValue.FromString("yarn")).Own("rope.scaling.factor", 4f)
            .Own("rope.scaling.original_context_length", 512).Own("rope.scaling.yarn_beta_fast", 32f).Derive().AssertFile("config.json", """
            {
              "architectures": [
                "Qwen3ForCausalLM"
              ],
              "attention_bias": false,
              "head_dim": 32,
              "hidden_size": 64,
              "intermediate_size": 160,
              "max_position_embeddings": 2048,
              "model_type": "qwen3",
              "num_attention_heads": 4,
              "num_hidden_layers": 2,
              "num_key_value_heads": 2,
              "rms_norm_eps": 1e-05,
              "rope_scaling": {
                "beta_fast": 32.0,
                "factor": 4.0,
                "original_max_position_embeddings": 512,
                "rope_type": "yarn"
              },
              "rope_theta": 10000.0,
              "tie_word_embeddings": true,
              "torch_dtype": "float16",
              "vocab_size": 96
            }

            """);
    }

    [TestMethod]
    public void Qwen3_moe()
    {
        SmallGguf.Decoder("qwen3moe").Own("attention.key_length", 32).Own("attention.value_length", 32)
            .Own("expert_count", 128).Own("expert_used_count", 8).Own("expert_feed_forward_length", 48).Derive()
            .AssertFile("config.json", """
            {
              "architectures": [
                "Qwen3MoeForCausalLM"
              ],
              "attention_bias": false,
              "head_dim": 32,
              "hidden_size": 64,
              "intermediate_size": 160,
              "max_position_embeddings": 2048,
              "model_type": "qwen3_moe",
              "moe_intermediate_size": 48,
              "norm_topk_prob": true,
              "num_attention_heads": 4,
              "num_experts": 128,
              "num_experts_per_tok": 8,
              "num_hidden_layers": 2,
              "num_key_value_heads": 2,
              "rms_norm_eps": 1e-05,
              "rope_scaling": null,
              "rope_theta": 10000.0,
              "tie_word_embeddings": true,
              "torch_dtype": "float16",
              "vocab_size": 96
            }

            """);
    }

    [TestMethod]
    public void Gemma_has_no_rope_base_to_write()
    {
        DerivedFolder folder = SmallGguf.Decoder("gemma").Own("attention.key_length", 32).Own("attention.value_length", 32).Derive();
        folder.AssertFile("config.json", """
            {
              "architectures": [
                "GemmaForCausalLM"
              ],
              "head_dim": 32,
              "hidden_act": "gelu_pytorch_tanh",
              "hidden_size": 64,
              "intermediate_size": 160,
              "max_position_embeddings": 2048,
              "model_type": "gemma",
              "num_attention_heads": 4,
              "num_hidden_layers": 2,
              "num_key_value_heads": 2,
              "rms_norm_eps": 1e-05,
              "rope_scaling": null,
              "tie_word_embeddings": true,
              "torch_dtype": "float16",
              "vocab_size": 96
            }

            """);
        folder.AssertNote("config.json: rope_theta is lost: gemma.rope.freq_base is missing");
    }

    [TestMethod]
    public void Gemma2()
    {
        SmallGguf.Decoder("gemma2").Own("attention.key_length", 32).Own("attention.value_length", 32)
            .Own("attn_logit_softcapping", 50f).Own("final_logit_softcapping", 30f).Own("attention.sliding_window", 4096).Derive()
            .AssertFile("config.json", """
            {
              "architectures": [
                "Gemma2ForCausalLM"
              ],
              "attn_logit_softcapping": 50.0,
              "final_logit_softcapping": 30.0,
              "head_dim": 32,
              "hidden_activation": "gelu_pytorch_tanh",
              "hidden_size": 64,
              "intermediate_size": 160,
              "max_position_embeddings": 2048,
              "model_type": "gemma2",
              "num_attention_heads": 4,
              "num_hidden_layers": 2,
              "num_key_value_heads": 2,
              "query_pre_attn_scalar": 32,
              "rms_norm_eps": 1e-05,
              "rope_scaling": null,
              "sliding_window": 4096,
              "tie_word_embeddings": true,
              "torch_dtype": "float16",
              "vocab_size": 96
            }

            """);
    }

    [TestMethod]
    public void Gemma3()
    {
        SmallGguf gguf = SmallGguf.Decoder("gemma3").Own("block_count", 7).Own("attention.key_length", 32).Own("attention.value_length", 32)
            .Own("attention.sliding_window", 512).Own("rope.freq_base", 1000000f)
            .Own("rope.scaling.type", GgufValue.FromString("linear")).Own("rope.scaling.factor", 8f);
        for (int layer = 0; layer < 7; layer++)
        {
            gguf.Tensor($"blk.{layer}.attn_norm.weight", TensorType.F32, 64);
        }

        gguf.Derive().AssertFile("config.json", """
            {
              "architectures": [
                "Gemma3ForCausalLM"
              ],
              "attention_bias": false,
              "head_dim": 32,
              "hidden_activation": "gelu_pytorch_tanh",
              "hidden_size": 64,
              "intermediate_size": 160,
              "layer_types": [
                "sliding_attention",
                "sliding_attention",
                "sliding_attention",
                "sliding_attention",
                "sliding_attention",
                "full_attention",
                "sliding_attention"
              ],
              "max_position_embeddings": 2048,
              "model_type": "gemma3_text",
              "num_attention_heads": 4,
              "num_hidden_layers": 7,
              "num_key_value_heads": 2,
              "query_pre_attn_scalar": 32,
              "rms_norm_eps": 1e-05,
              "rope_local_base_freq": 10000.0,
              "rope_scaling": {
                "factor": 8.0,
                "rope_type": "linear"
              },
              "rope_theta": 1000000.0,
              "sliding_window": 512,
              "tie_word_embeddings": true,
              "torch_dtype": "float16",
              "vocab_size": 96
            }

            """);
    }

    [TestMethod]
    public void Phi3()
    {
        DerivedFolder folder = SmallGguf.Decoder("phi3").Own("rope.dimension_count", 12).Own("rope.scaling.original_context_length", 1024)
            .Own("rope.scaling.attn_factor", 1.0488088f).Own("attention.sliding_window", 0)
            .Floats("rope_factors_long.weight", 1f, 1.05f, 1.3f, 2f, 4.5f, 62.1f)
            .Floats("rope_factors_short.weight", 1f, 1f, 1.1f, 1.2f, 1.3f, 1e-5f).Derive();
        folder.AssertFile("config.json", """
            {
              "architectures": [
                "Phi3ForCausalLM"
              ],
              "hidden_size": 64,
              "intermediate_size": 160,
              "max_position_embeddings": 2048,
              "model_type": "phi3",
              "num_attention_heads": 4,
              "num_hidden_layers": 2,
              "num_key_value_heads": 2,
              "original_max_position_embeddings": 1024,
              "partial_rotary_factor": 0.75,
              "rms_norm_eps": 1e-05,
              "rope_scaling": {
                "long_factor": [
                  1.0,
                  1.05,
                  1.3,
                  2.0,
                  4.5,
                  62.1
                ],
                "short_factor": [
                  1.0,
                  1.0,
                  1.1,
                  1.2,
                  1.3,
                  1e-05
                ],
                "type": "longrope"
              },
              "rope_theta": 10000.0,
              "sliding_window": null,
              "tie_word_embeddings": true,
              "torch_dtype": "float16",
              "vocab_size": 96
            }

            """);
    }

    [TestMethod]
    public void Bert()
    {
        DerivedFolder folder = SmallBert.New().Own("classifier.output_labels", GgufValue.FromStrings(["žluť", "b"])).Own("pooling_type", 2)
            .Derive();
        folder.AssertFile("config.json", """
            {
              "architectures": [
                "BertModel"
              ],
              "hidden_act": "gelu",
              "hidden_size": 64,
              "id2label": {
                "0": "\u017elu\u0165",
                "1": "b"
              },
              "intermediate_size": 160,
              "is_decoder": false,
              "layer_norm_eps": 1e-12,
              "max_position_embeddings": 512,
              "model_type": "bert",
              "num_attention_heads": 4,
              "num_hidden_layers": 2,
              "torch_dtype": "float32",
              "type_vocab_size": 2,
              "vocab_size": 96
            }

            """);
        folder.AssertFile("1_Pooling/config.json", """
            {
              "pooling_mode_cls_token": true,
              "pooling_mode_lasttoken": false,
              "pooling_mode_mean_tokens": false,
              "word_embedding_dimension": 64
            }

            """);
        folder.AssertFile("modules.json", """
            [
              {
                "idx": 0,
                "name": "0",
                "path": "",
                "type": "sentence_transformers.models.Transformer"
              },
              {
                "idx": 1,
                "name": "1",
                "path": "1_Pooling",
                "type": "sentence_transformers.models.Pooling"
              }
            ]

            """);
        folder.AssertNote("config.json: modules.json is made from bert.pooling_type; whether a module normalizes the vectors is lost");
        folder.AssertNote("config.json: architectures: BertModel is a guess, other classes share the architecture bert");
    }
}
