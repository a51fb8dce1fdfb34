using ModelPack.Diagnostics;
using ModelPack.IO.Json;

namespace ModelPack.Architectures.Rules;

/// <summary>DeepSeek V2 and V3 (hf-companions.md §1.3, deepseek2).</summary>
internal static class DeepseekFamily
{
    private const string RotaryKey = "rope.dimension_count";
    private const string KeyMla = "attention.key_length_mla";
    private const string ValueMla = "attention.value_length_mla";

    private const string YarnKey = "rope.scaling.yarn_log_multiplier";
    private const string GatingKey = "expert_gating_func";
    private const string NormKey = "expert_weights_norm";
    private const string DenseKey = "leading_dense_block_count";
    private const string NextKey = "nextn_predict_layers";
    private const string NextField = "num_nextn_predict_layers";
    private const string GroupsKey = "expert_group_count";
    private const string UsedGroupsKey = "expert_group_used_count";

    // What the runtime takes when the key is missing.
    private const long Softmax = 1;
    private const long Sigmoid = 2;

    public static void Describe(ConfigWriter config)
    {
        bool third = IsThird(config);
        config.Class(third ? "DeepseekV3ForCausalLM" : "DeepseekV2ForCausalLM", third ? "deepseek_v3" : "deepseek_v2");
        config.Decoder();
        config.RopeBase();
        config.RopeScalingField(rotary: null);
        if (config.OptionalText("rope.scaling.type") == "yarn" && config.OptionalFloat(YarnKey) is not { Value: not 0 })
        {
            config.Refuse(
                $"{config.Key(YarnKey)} is missing or 0, without which the runtime scales attention in another way than the class");
        }

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
        config.Lose("aux_loss_alpha");
        NextLayers(config);
    }

    // Layers that predict further tokens are counted in block_count; the class counts them apart.
    private static void NextLayers(ConfigWriter config)
    {
        if (config.OptionalCount(NextKey) is not (> 0 and { } next))
        {
            config.Lose(NextField);
        }
        else if (config.OptionalCount("block_count") is { } layers && next < layers)
        {
            config.Fields.Set("num_hidden_layers", layers - next);
            config.Fields.Set(NextField, next);
        }
        else
        {
            config.Refuse($"{config.Key(NextKey)} is {next}, but {config.Key("block_count")} is not more");
        }
    }

    private static void Latent(ConfigWriter config)
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

    private static void Experts(ConfigWriter config, bool third)
    {
        config.RequireCount("expert_count", "n_routed_experts");
        config.RequireCount("expert_used_count", "num_experts_per_tok");
        config.RequireCount("expert_feed_forward_length", "moe_intermediate_size");
        config.RequireCount("expert_shared_count", "n_shared_experts");
        if (config.OptionalCount(DenseKey) is { } dense)
        {
            config.Fields.Set("first_k_dense_replace", dense);
        }
        else
        {
            config.Refuse($"{config.Key(DenseKey)} is missing");
        }

        bool sumsToOne = config.OptionalBool(NormKey) ?? false;
        if (sumsToOne && !third)
        {
            config.Refuse($"{config.Key(NormKey)} is true, which DeepseekV2ForCausalLM does not compute");
        }

        config.Fields.Set("routed_scaling_factor", config.OptionalFloat("expert_weights_scale") ?? new FiniteNumber(1f));
        config.Fields.Set("norm_topk_prob", sumsToOne);
        config.Fields.Set("scoring_func", third ? "sigmoid" : "softmax");
        Groups(config, third);
    }

    private static bool IsThird(ConfigWriter config)
    {
        // GLM-4.7-Flash is written without the key: the runtime knows it by its size, and no class of this architecture has the bias with
        // softmax.
        bool hasBias = config.Derivation.Tensors.Any(tensor => tensor.Name.EndsWith(".exp_probs_b.bias", StringComparison.Ordinal));
        long? stated = config.OptionalCount(GatingKey);
        if (stated is null && hasBias)
        {
            config.Note(
                $"scoring_func: {config.Key(GatingKey)} is missing, but there is a bias for choosing experts, which goes with sigmoid");
        }

        long gating = stated ?? (hasBias ? Sigmoid : Softmax);
        if (gating is not (Softmax or Sigmoid))
        {
            config.Refuse($"{config.Key(GatingKey)} is {gating}, neither {Softmax} (softmax) nor {Sigmoid} (sigmoid)");
        }
        else if (gating == Softmax
            && config.Derivation.Tensors.FirstOrDefault(
                tensor => tensor.Name.EndsWith(".exp_probs_b.bias", StringComparison.Ordinal)) is { } bias)
        {
            config.Refuse(
                $"{config.Key(GatingKey)} is {Softmax} (softmax), but there is a tensor {bias.Name}, which goes with {Sigmoid} (sigmoid) "
                    + $"in DeepseekV3ForCausalLM");
        }

        return gating == Sigmoid;
    }

    private static void Groups(ConfigWriter config, bool third)
    {
        long? groups = config.OptionalCount(GroupsKey);
        long? used = config.OptionalCount(UsedGroupsKey);

        if (groups is null != used is null)
        {
            config.Refuse($"{config.Key(groups is null ? GroupsKey : UsedGroupsKey)} is missing");
        }

        // The class of V3 has groups of its own when the config states none; the runtime has none.
        if (third || groups is not null)
        {
            config.Fields.Set("n_group", groups ?? 1);
        }

        if (third || used is not null)
        {
            config.Fields.Set("topk_group", used ?? 1);
        }

        if (third)
        {
            config.Fields.Set("topk_method", "noaux_tc");
        }
        else if (groups > 1)
        {
            config.Fields.Set("topk_method", "group_limited_greedy");
            config.Note(
                "topk_method is a guess: there are groups, and the class knows no other method with groups; it goes by the best expert of "
                    + "a group, the runtime by the two best", NoteRank.ChangesResults);
        }
        else
        {
            config.Lose("topk_method");
        }
    }
}
