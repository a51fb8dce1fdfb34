using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Rules;

/// <summary>Phi 2, StableLM, StarCoder 2, GPT-2 and Falcon (hf-companions.md §1.3).</summary>
internal static class OtherFamilies
{
    private const string LayoutKey = "tensor_data_layout";
    private const string ParallelKey = "use_parallel_residual";

    public static void Phi2(ConfigWriter config)
    {
        config.Class("PhiForCausalLM", "phi");
        config.DecoderWithoutNorm();
        config.RequireFloat("attention.layer_norm_epsilon", "layer_norm_eps");
        config.FloatOrLose("rope.freq_base", "rope_theta");
        config.RopeScalingField(config.HeadWithPartialRotary(wholeIsDefault: false));
        config.TiedByTensor();
        config.Fields.Set("hidden_act", "gelu_new");
    }

    public static void StableLm(ConfigWriter config)
    {
        config.Class("StableLmForCausalLM", "stablelm");
        config.DecoderWithoutNorm();
        config.RequireFloat("attention.layer_norm_epsilon", "layer_norm_eps");
        config.FloatOrLose("rope.freq_base", "rope_theta");
        config.RopeScalingField(config.HeadWithPartialRotary(wholeIsDefault: false));
        config.TiedByTensor();
        config.Fields.Set("hidden_act", "silu");
        config.Fields.Set("qk_layernorm", config.Derivation.HasTensor("blk.0.attn_q_norm.weight"));
        config.Fields.Set("use_qkv_bias", config.Derivation.HasTensor("blk.0.attn_q.bias"));

        // The runtime goes by the second norm, whatever the key says (hf-companions.md §1.2).
        bool parallel = !config.Derivation.HasTensor("blk.0.ffn_norm.weight");
        config.Fields.Set(ParallelKey, parallel);
        if (config.OptionalBool(ParallelKey) is { } stated && stated != parallel)
        {
            config.Note($"{ParallelKey}: {config.Key(ParallelKey)} says otherwise than the tensor blk.0.ffn_norm.weight, which counts");
        }
    }

    public static void Starcoder2(ConfigWriter config)
    {
        config.Class("Starcoder2ForCausalLM", "starcoder2");
        config.DecoderWithoutNorm();
        config.RequireFloat("attention.layer_norm_epsilon", "norm_epsilon");
        config.RopeBase();
        config.RopeScalingField(config.HeadWithoutField());
        config.TiedByTensor();
        config.Fields.Set("hidden_act", "gelu_pytorch_tanh");
        config.Fields.Set("use_bias", config.Derivation.HasTensor("blk.0.ffn_up.bias"));
        config.LosePublished("sliding_window", "4096");
    }

    public static void Gpt2(ConfigWriter config)
    {
        config.Class("GPT2LMHeadModel", "gpt2");
        config.Sizes(new("n_layer", "n_positions", "n_embd", FeedForward: null, "n_head"));
        config.RequireCount("context_length", "n_ctx");
        config.RequireFloat("attention.layer_norm_epsilon", "layer_norm_epsilon");
        config.RequireTensor("position_embd.weight", 2);
        FeedForward(config, "n_inner");
        config.TokenIds();
        config.TorchType();
        config.Fields.Set("activation_function", "gelu_new");
        config.TiedByTensor();
        config.Lose("attn_pdrop", "embd_pdrop", "resid_pdrop");
    }

    public static void Falcon(ConfigWriter config)
    {
        config.Class("FalconForCausalLM", "falcon");
        config.Sizes(new("num_hidden_layers", Context: null, "hidden_size", FeedForward: null, "num_attention_heads"));
        config.RequireFloat("attention.layer_norm_epsilon", "layer_norm_epsilon");
        FeedForward(config, "ffn_hidden_size");
        string? layout = config.OptionalText(LayoutKey);
        if (layout != "jploski")
        {
            config.Refuse(
                $"{config.Key(LayoutKey)} is {(layout is null ? "missing" : SafeText.Shorten(layout))}, so the order of the rows in "
                    + $"attn_qkv is not known");
        }

        long heads = config.OptionalCount("attention.head_count", perLayer: true) ?? 0;
        long keyHeads = config.OptionalCount("attention.head_count_kv", perLayer: true) ?? heads;
        bool twoNorms = config.Derivation.HasTensor("blk.0.attn_norm_2.weight");
        bool modern = twoNorms || (keyHeads > 1 && keyHeads < heads);
        config.Fields.Set("num_kv_heads", keyHeads);
        config.Fields.Set("multi_query", keyHeads == 1 || modern);
        config.Fields.Set("new_decoder_architecture", modern);
        if (modern && !twoNorms)
        {
            config.Fields.Set("num_ln_in_parallel_attn", 1);
        }

        config.RopeScalingField(config.HeadWithoutField());
        config.FloatOrLose("rope.freq_base", "rope_theta");
        config.TokenIds();
        config.TorchType();
        config.TiedByTensor();
        config.Fields.Set("alibi", false);
        config.Fields.Set("bias", false);
        config.Fields.Set("parallel_attn", true);
        config.Lose("hidden_dropout", "attention_dropout");
    }

    /// <summary>Four times the hidden size needs no field.</summary>
    public static void FeedForward(ConfigWriter config, string field)
    {
        if (config.OptionalCount("feed_forward_length", perLayer: true) is { } length
            && length != 4 * config.OptionalCount("embedding_length"))
        {
            config.Fields.Set(field, length);
        }
    }
}
