using System.Text.Json.Nodes;
using ModelPack.Architectures;

namespace ModelPack.Codec.Tests.Architectures.Rules;

/// <summary>Fields that only some model classes have, and that contradict themselves, other fields or the tensors.</summary>
[TestClass]
public sealed class FamilyRefusalTests
{
    private const string Gemma2 = """
        "model_type": "gemma2", "head_dim": 16, "hidden_activation": "gelu_pytorch_tanh", "attn_logit_softcapping": 50.0, "final_logit_softcapping": 30.0, "sliding_window": 4096,
        """;

    private const string Phi3 = """ "model_type": "phi3", "rope_theta": 10000.0, """;

    private const string LongRope =
        """ "type": "longrope", "long_factor": [1, 1, 1, 1, 1, 1, 1, 2], "short_factor": [1, 1, 1, 1, 1, 1, 1, 1] """;

    [TestMethod]
    [DataRow(
        """ "rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 0.5, "original_max_position_embeddings": 8192} """, "rope_scaling.high_freq_factor is 0.5, but low_freq_factor is 4")]
    [DataRow(
        """ "rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 3.5, "original_max_position_embeddings": 8192} """, "rope_scaling.high_freq_factor is 3.5, but low_freq_factor is 4")]
    [DataRow(Gemma2 + """ "layer_types": ["sliding_attention"] """, "layer_types has 1 item, but num_hidden_layers is 2")]
    [DataRow(
        Gemma2 + """ "layer_types": ["sliding_attention", "full_attention", "full_attention"] """,
        "layer_types has 3 items, but num_hidden_layers is 2")]
    [DataRow(
        Phi3 + """ "original_max_position_embeddings": 512, "rope_scaling": {"type": "longrope", "long_factor": [1, 2], "short_factor": [1, 1]} """, "rope_scaling.long_factor has 2 items, but 16 values of a head are rotated in pairs")]
    public void Contradiction_names_both_values(string fields, string message) =>
    Llama(fields).AssertRefused(HuggingFaceErrors.Contradiction, "config.json: " + message);

    [TestMethod]
    [DataRow(Gemma2 + """ "layer_types": "sliding_attention" """, "layer_types is \"sliding_attention\", not a list")]
    [DataRow(
        Gemma2 + """ "layer_types": ["sliding_attention", "chunked_attention"] """,
        "layer_types holds 'chunked_attention', neither sliding_attention nor full_attention")]
    [DataRow(
        Phi3 + """ "original_max_position_embeddings": 1, "rope_scaling": {""" + LongRope + "}", "original_max_position_embeddings is 1")]
    [DataRow(
        Phi3 + """ "rope_scaling": {"original_max_position_embeddings": 0, """ + LongRope + "}",
        "rope_scaling.original_max_position_embeddings is 0")]
    public void Wrong_value_names_its_field(string fields, string message) =>
    Llama(fields).AssertRefused(HuggingFaceErrors.WrongField, "config.json: " + message);

    [TestMethod]
    public void Stack_of_another_number_of_experts_is_refused() =>
        Llama(""" "model_type": "qwen3_moe", "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 48 """)
        .Tensor("model.layers.1.mlp.experts.gate_up_proj", 3, 64, 96)
            .AssertRefused(
                HuggingFaceErrors.Contradiction,
                "config.json: num_experts is 4, but the tensor model.layers.1.mlp.experts.gate_up_proj holds 3 experts");

    [TestMethod]
    public void Labels_without_one_in_between_are_refused() => SmallFolder.With("""
        {
          "model_type": "bert", "hidden_size": 64, "intermediate_size": 160, "max_position_embeddings": 2048, "num_attention_heads": 4, "num_hidden_layers": 1, "vocab_size": 96,
          "layer_norm_eps": 1e-12, "type_vocab_size": 2, "id2label": {"0": "no", "2": "yes"}
        }
        """).Tensor("bert.embeddings.word_embeddings.weight", 96, 64).Layers(1, "bert.encoder.layer.", ("attention.self.query.weight", 64, 64))
        .AssertRefused(HuggingFaceErrors.WrongField, "config.json: id2label has 2 items, but none for 1");

    [TestMethod]
    public void Second_name_of_the_context_has_to_agree() =>
        Gpt2(64).Set("n_ctx", 256).AssertRefused(HuggingFaceErrors.Contradiction, "config.json: n_positions is 128, but n_ctx is 256");

    [TestMethod]
    public void Width_that_is_computed_has_to_fit_its_key_too()
    {
        const long Hidden = 1L << 31;
        Gpt2(Hidden)
            .AssertRefused(
                HuggingFaceErrors.WrongField, $"config.json: the value {4 * Hidden} of gpt2.feed_forward_length does not fit 32 bits");
    }

    private static SmallFolder Gpt2(long hidden) =>
        SmallFolder.With(
            """{"model_type": "gpt2", "n_layer": 1, "n_positions": 128, "n_head": 4, "vocab_size": 96, "layer_norm_epsilon": 1e-05}""")
        .Set("n_embd", hidden).Tensor("transformer.wte.weight", 96, hidden)
        .Layers(1, "transformer.h.", ("attn.c_attn.weight", hidden, 3 * hidden));

    /// <summary>The small llama with some fields of its own.</summary>
    private static SmallFolder Llama(string fields)
    {
        SmallFolder folder = SmallFolder.Llama();
        foreach ((string field, JsonNode? value) in JsonNode.Parse($"{{{fields}}}")!.AsObject())
        {
            folder.Set(field, value?.DeepClone());
        }

        return folder;
    }
}
