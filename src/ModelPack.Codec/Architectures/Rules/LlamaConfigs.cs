using ModelPack.Architectures.Names;
using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Rules;

/// <summary>Classes with the layout of Llama: llama, mistral, mixtral, granite, olmo2, starcoder2 (hf-companions.md §1.3).</summary>
internal static class LlamaConfigs
{
    private const int Olmo3FullLayer = 4;
    private const string FeedForwardBias = "blk.0.ffn_up.bias";

    public static void Llama(ConfigReader draft)
    {
        Describe(draft, null, tiedByDefault: false);
        draft.CheckAttentionBiases();
        draft.CheckBiases("mlp_bias", FeedForwardBias);
    }

    /// <summary>Computes as Llama does; its biases have fields of their own.</summary>
    public static void InternLm3(ConfigReader draft)
    {
        Describe(draft, null, tiedByDefault: false);
        draft.CheckAttentionBiases("qkv_bias");
        draft.CheckBiases("bias", FeedForwardBias);
        draft.NamedTokens.Add(new("eos_token_id", "<|im_end|>", null));
    }

    public static void Mistral(ConfigReader draft)
    {
        Describe(draft, null, tiedByDefault: false);
        RefuseBiases(draft);
        draft.Lose("sliding_window");
    }

    public static void Mixtral(ConfigReader draft)
    {
        Describe(draft, "num_local_experts", tiedByDefault: false);
        RefuseBiases(draft);
        if (RopeSettings.Read(draft).Base is null)
        {
            draft.Obstruct("rope_theta is missing");
        }

        draft.Lose("sliding_window", "router_aux_loss_coef");
    }

    public static void Granite(ConfigReader draft)
    {
        Llama(draft);
        foreach ((string field, string key) in (ReadOnlySpan<(string, string)>)
        [
            ("attention_multiplier", "attention.scale"), ("embedding_multiplier", "embedding_scale"),
            ("residual_multiplier", "residual_scale"), ("logits_scaling", "logit_scale"),
        ])
        {
            draft.Float(key, draft.RequireFloat(field));
        }
    }

    public static void Olmo2(ConfigReader draft)
    {
        DecoderSizes sizes = DecoderSizes.Read(draft);
        draft.Allow("hidden_act", CommonKeys.Silu);
        draft.CheckLlamaTensors(sizes, tiedByDefault: false, normsOfWholeWidth: true);
        draft.CheckAttentionBiases();
        RopeSettings rope = RopeSettings.Read(draft);
        RopeKeys.RequireWholeHead(draft, rope);
        draft.Sizes(sizes);

        // Layers with a window rotate by the same base, and without the scaling of the others.
        bool isSliding = draft.Config.Has("sliding_window");
        RopeKeys.Write(draft, isSliding ? rope with { LocalBase = rope.LocalBase ?? rope.Base } : rope);
        draft.RmsEpsilon();
        draft.HeadWidths(sizes);
        if (isSliding)
        {
            draft.Count("attention.sliding_window", draft.Require("sliding_window"));
            SlidingLayers.Write(draft, sizes.Layers, Olmo3FullLayer);
        }
    }

    public static void Starcoder2(ConfigReader draft)
    {
        DecoderSizes sizes = DecoderSizes.Read(draft);
        draft.Allow("hidden_act", CommonKeys.TanhGelu);
        draft.Allow("norm_type", "layer_norm");
        draft.Allow("mlp_type", "default");
        Expected hidden = Expected.Field("hidden_size", sizes.Hidden);
        Expected keys = Expected.Heads("num_key_value_heads", sizes.KvHeads, sizes.HeadDimension);
        Expected feedForward = Expected.Field("intermediate_size", sizes.FeedForward);
        new TensorCheck(draft, "model.", "embed_tokens.weight", "layers.")
            .Layer("self_attn.q_proj.weight", Expected.Heads("num_attention_heads", sizes.Heads, sizes.HeadDimension), hidden)
            .Layer("self_attn.k_proj.weight", keys, hidden).Layer("self_attn.v_proj.weight", keys, hidden)
            .Layer("mlp.c_fc.weight", feedForward, hidden).Layer("mlp.c_proj.weight", hidden, feedForward)
            .Run(Expected.Field("num_hidden_layers", sizes.Layers), 0, hidden, draft.Vocabulary());
        draft.CheckAttentionBiases("use_bias", absent: true);
        draft.NoteOutput("lm_head.weight", tiedByDefault: true);
        RopeSettings rope = RopeSettings.Read(draft);
        RopeKeys.RequireWholeHead(draft, rope);
        draft.Sizes(sizes);
        RopeKeys.Write(draft, rope);
        draft.NormEpsilon("norm_epsilon");
        draft.Lose("sliding_window");
    }

    // The runtime adds a bias that is there, and these classes pass over it.
    private static void RefuseBiases(ConfigReader draft)
    {
        foreach (string component in RequiredTensors.For(draft.Architecture)!.Biases)
        {
            if (draft.Component($"blk.0.{component}.bias") is { } bias)
            {
                draft.Obstruct($"the class has no biases, and there is a tensor {bias}");
                return;
            }
        }
    }

    private static void Describe(ConfigReader draft, string? expertsField, bool tiedByDefault)
    {
        DecoderSizes sizes = DecoderSizes.Read(draft);
        draft.Allow("hidden_act", CommonKeys.Silu);
        draft.CheckLlamaTensors(sizes, tiedByDefault, expertsField is null ? null : "block_sparse_moe.experts.", expertsField);
        RopeSettings rope = RopeSettings.Read(draft);
        RopeKeys.RequireWholeHead(draft, rope);
        draft.Sizes(sizes);
        RopeKeys.Write(draft, rope, sizes.HeadDimension);
        draft.RmsEpsilon();
        if (expertsField is not null)
        {
            draft.Experts(expertsField);
        }

        draft.HeadWidths(sizes);
        draft.Count("vocab_size", draft.Require("vocab_size"));
        draft.Count("rope.dimension_count", sizes.HeadDimension);
    }
}
