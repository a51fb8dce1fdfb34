using ModelPack.Codec.HuggingFace.Json;

namespace ModelPack.Codec.HuggingFace.Config;

/// <summary>DeepSeek V2 and V3 (hf-companions.md §1.3, deepseek2).</summary>
internal static class DeepseekFamily
{
    private const string RotaryKey = "rope.dimension_count";
    private const string KeyMla = "attention.key_length_mla";
    private const string ValueMla = "attention.value_length_mla";

    public static void Describe(ConfigBuilder config)
    {
        bool third = config.Derivation.Tensors.Any(tensor => tensor.Name.EndsWith(".exp_probs_b.bias", StringComparison.Ordinal));
        config.Class(third ? "DeepseekV3ForCausalLM" : "DeepseekV2ForCausalLM", third ? "deepseek_v3" : "deepseek_v2");
        config.Decoder();
        config.RopeBase();
        config.RopeScalingField(rotary: null);
        config.TiedByTensor();
        config.Fields.Set("hidden_act", "silu");
        config.Fields.Set("attention_bias", config.Derivation.HasTensor("blk.0.attn_kv_a_mqa.bias"));

        // The absorbed form counts one key head; the class counts as many as there are queries.
        if (config.OptionalCount("attention.head_count", perLayer: true) is { } heads)
        {
            config.Fields.Set("num_key_value_heads", heads);
        }

        Latent(config);
        Experts(config, third);
        config.Lose("aux_loss_alpha", "num_nextn_predict_layers");
    }

    private static void Latent(ConfigBuilder config)
    {
        if (config.OptionalCount("attention.q_lora_rank") is { } rank)
        {
            config.Fields.Set("q_lora_rank", rank);
        }
        else
        {
            config.Fields.SetNull("q_lora_rank");
        }

        long? latent = config.RequireCount("attention.kv_lora_rank", "kv_lora_rank");
        long? rotary = config.RequireCount(RotaryKey, "qk_rope_head_dim");
        bool absorbed = config.OptionalCount(KeyMla) is not null;
        long? key = config.RequireCount(absorbed ? KeyMla : "attention.key_length", field: null);
        config.RequireCount(absorbed ? ValueMla : "attention.value_length", "v_head_dim");
        if (absorbed && latent is not null && rotary is not null)
        {
            config.RequireSameDimension("attention.key_length", latent.Value + rotary.Value);
            config.RequireSameDimension("attention.value_length", latent.Value);
        }

        if (key is not null && rotary is not null && key <= rotary)
        {
            config.Refuse($"{config.Key(absorbed ? KeyMla : "attention.key_length")} is {key}, but {config.Key(RotaryKey)} {rotary}");
        }
        else if (key is not null && rotary is not null)
        {
            config.Fields.Set("qk_nope_head_dim", key.Value - rotary.Value);
        }
    }

    private static void Experts(ConfigBuilder config, bool third)
    {
        config.RequireCount("expert_count", "n_routed_experts");
        config.RequireCount("expert_used_count", "num_experts_per_tok");
        config.RequireCount("expert_feed_forward_length", "moe_intermediate_size");
        config.RequireCount("expert_shared_count", "n_shared_experts");
        config.CountOrLose("leading_dense_block_count", "first_k_dense_replace");
        config.Fields.Set("routed_scaling_factor", config.OptionalFloat("expert_weights_scale") ?? new FiniteNumber(1f));
        config.Fields.Set("norm_topk_prob", config.OptionalBool("expert_weights_norm") ?? false);
        if (config.OptionalCount("expert_group_count") is { } groups)
        {
            config.Fields.Set("n_group", groups);
        }

        if (config.OptionalCount("expert_group_used_count") is { } used)
        {
            config.Fields.Set("topk_group", used);
        }

        long gating = config.OptionalCount("expert_gating_func") ?? 1;
        if (gating is 1 or 2)
        {
            config.Fields.Set("scoring_func", gating == 1 ? "softmax" : "sigmoid");
        }
        else
        {
            config.Refuse($"{config.Key("expert_gating_func")} is {gating}, neither 1 (softmax) nor 2 (sigmoid)");
        }

        if (third)
        {
            config.Fields.Set("topk_method", "noaux_tc");
        }
        else
        {
            config.Lose("topk_method");
        }
    }
}
