namespace ModelPack.Codec.HuggingFace.ToGguf;

/// <summary>DeepSeek V2 and V3: latent attention in its absorbed form (hf-companions.md §1.3, deepseek2).</summary>
internal static class DeepseekConfigs
{
    private const double YarnLogFactor = 0.1;

    public static void Describe(GgufDraft draft)
    {
        ConfigObject config = draft.Config;
        DecoderSizes sizes = DecoderSizes.Read(draft) with { StatedHeadDimension = null };
        long latent = draft.Require("kv_lora_rank");
        long rotary = draft.Require("qk_rope_head_dim");
        long plain = draft.Require("qk_nope_head_dim");
        long value = draft.Require("v_head_dim");
        draft.Allow("hidden_act", CommonKeys.Silu);
        if (config.Count("moe_layer_freq") is { } frequency and not 1)
        {
            draft.Obstruct($"moe_layer_freq is {frequency}");
        }

        Check(draft, sizes, latent, rotary, plain, value);
        RopeSettings rope = RopeSettings.Read(draft);
        draft.Sizes(sizes with { StatedKvHeads = 1 });
        RopeKeys.Write(draft, rope);
        draft.RmsEpsilon();
        draft.Experts("n_routed_experts");
        draft.Count("expert_group_count", config.Count("n_group"));
        draft.Count("expert_group_used_count", config.Count("topk_group"));
        Gating(draft);
        draft.Count("leading_dense_block_count", config.Count("first_k_dense_replace") ?? 0);
        draft.Count("vocab_size", draft.Require("vocab_size"));
        draft.Count("attention.q_lora_rank", config.Count("q_lora_rank"));
        draft.Count("attention.kv_lora_rank", latent);
        draft.Count("attention.key_length", latent + rotary);
        draft.Count("attention.value_length", latent);
        draft.Count("attention.key_length_mla", plain + rotary);
        draft.Count("attention.value_length_mla", value);
        draft.Count("expert_feed_forward_length", draft.Require("moe_intermediate_size"));
        draft.Count("expert_shared_count", draft.Require("n_shared_experts"));
        draft.Float("expert_weights_scale", draft.RequireFloat("routed_scaling_factor"));
        draft.Flag("expert_weights_norm", config.Bool("norm_topk_prob"));
        draft.Count("rope.dimension_count", rotary);
        if (rope.Type == "yarn" && rope.Scaling!.Double("mscale_all_dim") is { } all)
        {
            draft.Float("rope.scaling.yarn_log_multiplier", (float)(YarnLogFactor * all));
            if (rope.Scaling.Double("mscale") is { } mscale && mscale != all)
            {
                draft.Note("rope_scaling.mscale has no key; it differs from mscale_all_dim, which stands for both");
            }
        }

        draft.Lose("aux_loss_alpha");
        draft.Lose("num_nextn_predict_layers");
    }

    private static void Check(GgufDraft draft, DecoderSizes sizes, long latent, long rotary, long plain, long value)
    {
        Expected hidden = Expected.Field("hidden_size", sizes.Hidden);
        Expected feedForward = Expected.Field("intermediate_size", sizes.FeedForward);
        new TensorCheck(draft, "model.", "embed_tokens.weight", "layers.")
            .Layer("self_attn.kv_a_proj_with_mqa.weight", new($"kv_lora_rank {latent} and qk_rope_head_dim {rotary} give {latent + rotary}", latent + rotary), hidden)
            .Layer("self_attn.kv_b_proj.weight", Expected.Heads("num_attention_heads", sizes.Heads, plain + value), Expected.Field("kv_lora_rank", latent))
            .Layer("self_attn.o_proj.weight", hidden, Expected.Heads("num_attention_heads", sizes.Heads, value))
            .Layer("mlp.up_proj.weight", feedForward, hidden).Layer("mlp.down_proj.weight", hidden, feedForward)
            .Experts("mlp.experts.", Expected.Field("n_routed_experts", draft.Config.Count("n_routed_experts") ?? 0))
            .Run(Expected.Field("num_hidden_layers", sizes.Layers), draft.Config.Count("num_nextn_predict_layers") ?? 0, hidden, draft.Vocabulary());
        draft.NoteOutput("lm_head.weight", tiedByDefault: false);
    }

    private static void Gating(GgufDraft draft)
    {
        switch (draft.Config.Text("scoring_func"))
        {
            case null:
                break;
            case "softmax":
                draft.Count("expert_gating_func", 1);
                break;
            case "sigmoid":
                draft.Count("expert_gating_func", 2);
                break;
            case { } other:
                draft.Obstruct($"scoring_func is '{MetadataKeys.Shorten(other)}'");
                break;
        }
    }
}
