using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Rules;

/// <summary>DeepSeek V2 and V3: latent attention in its absorbed form (hf-companions.md §1.3, deepseek2).</summary>
internal static class DeepseekConfigs
{
    private const double YarnLogFactor = 0.1;
    private const string Dense = "first_k_dense_replace";

    public static void Second(ConfigReader draft) => Describe(draft, DeepseekRouting.Second);

    public static void Third(ConfigReader draft)
    {
        draft.RequireField(Dense);
        Describe(draft, DeepseekRouting.Third);
    }

    private static void Describe(ConfigReader draft, Action<ConfigReader> routing)
    {
        ConfigObject config = draft.Config;
        DecoderSizes sizes = DecoderSizes.ReadLatent(draft);
        long latent = draft.Require("kv_lora_rank");
        long rotary = draft.Require("qk_rope_head_dim");
        long plain = draft.Require("qk_nope_head_dim");
        long value = draft.Require("v_head_dim");
        draft.Allow("hidden_act", CommonKeys.Silu);
        if (config.Count("moe_layer_freq") is { } frequency and not 1)
        {
            draft.Obstruct($"moe_layer_freq is {frequency}");
        }

        // The runtime rotates neighbours, as the class does unless its config says otherwise.
        draft.Allow("rope_interleave", flag: true, absent: true);
        Check(draft, sizes, latent, rotary, plain, value);
        RopeSettings rope = RopeSettings.Read(draft);
        draft.Sizes(sizes with { StatedKvHeads = 1 });
        RopeKeys.Write(draft, rope, hasLogMultiplier: true);
        draft.RmsEpsilon();
        draft.Experts("n_routed_experts");
        routing(draft);
        draft.Count("leading_dense_block_count", config.Count(Dense) ?? 0);
        draft.Count("vocab_size", draft.Require("vocab_size"));
        long? queryRank = config.Count("q_lora_rank");
        draft.Count("attention.q_lora_rank", queryRank);
        if (queryRank is null != sizes.Layers is 26 or 27)
        {
            draft.Note(
                $"q_lora_rank is {(queryRank is null ? "missing" : queryRank)} with {sizes.Layers} layers: llama.cpp loads models without "
                    + $"it that have 26 or 27 layers, and others with it", NoteRank.ChangesResults);
        }

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
        if (rope.Type == "yarn")
        {
            YarnScale(draft, rope.Scaling!);
        }

        draft.Lose("aux_loss_alpha", "num_nextn_predict_layers");
    }

    private static void Check(ConfigReader draft, DecoderSizes sizes, long latent, long rotary, long plain, long value)
    {
        Expected hidden = Expected.Field("hidden_size", sizes.Hidden);
        Expected feedForward = Expected.Field("intermediate_size", sizes.FeedForward);
        new TensorCheck(draft, "model.", "embed_tokens.weight", "layers.")
            .Layer("self_attn.kv_a_proj_with_mqa.weight",
                new($"kv_lora_rank {latent} and qk_rope_head_dim {rotary} give {latent + rotary}", latent + rotary), hidden)
            .Layer("self_attn.kv_b_proj.weight", Expected.Heads("num_attention_heads", sizes.Heads, plain + value),
                Expected.Field("kv_lora_rank", latent))
            .Layer("self_attn.o_proj.weight", hidden, Expected.Heads("num_attention_heads", sizes.Heads, value))
            .Layer("mlp.up_proj.weight", feedForward, hidden).Layer("mlp.down_proj.weight", hidden, feedForward)
            .Experts("mlp.experts.", Expected.Field("n_routed_experts", draft.Config.Count("n_routed_experts") ?? 0))
            .Run(Expected.Field("num_hidden_layers", sizes.Layers), draft.Config.Count("num_nextn_predict_layers")
                ?? 0, hidden, draft.Vocabulary());
        CheckDense(draft, sizes.Layers, draft.Config.Count(Dense) ?? 0);
        draft.NoteOutput("lm_head.weight", tiedByDefault: false);
    }

    // The runtime has one number for what rotated parts and what scores are multiplied with, and takes no other for the former.
    private static void YarnScale(ConfigReader draft, ConfigObject scaling)
    {
        double? all = scaling.Double("mscale_all_dim");
        if (scaling.Has("attention_factor"))
        {
            draft.Obstruct("rope_scaling.attention_factor is stated, which the runtime does not read");
        }
        else if (all is null or 0 || all != scaling.Double("mscale"))
        {
            draft.Obstruct("rope_scaling.mscale and mscale_all_dim are not one number above zero, for which the runtime has a key");
        }
        else
        {
            draft.Float("rope.scaling.yarn_log_multiplier", (float)(YarnLogFactor * all.Value));
        }
    }

    // Each layer has experts or one feed-forward network.
    private static void CheckDense(ConfigReader draft, long layers, long dense)
    {
        for (long layer = 0; draft.Obstacles.Count == 0 && layer < layers; layer++)
        {
            string wrong = $"layers.{layer}.mlp.{(layer < dense ? "gate" : "up_proj")}.weight";
            if ((draft.Folder.FindTensor("model." + wrong) ?? draft.Folder.FindTensor(wrong)) is { } tensor)
            {
                throw draft.Config.Contradiction($"{draft.Config.Path(Dense)} is {dense}, but there is a tensor {tensor.Name}");
            }
        }
    }
}
