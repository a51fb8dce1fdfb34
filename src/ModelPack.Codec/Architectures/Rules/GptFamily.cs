namespace ModelPack.Architectures.Rules;

/// <summary>GPT-NeoX and StarCoder (hf-companions.md §1.3).</summary>
internal static class GptFamily
{
    private const string ParallelKey = "use_parallel_residual";
    private const string KeyHeadsKey = "attention.head_count_kv";

    public static void Neox(ConfigWriter config)
    {
        config.Class("GPTNeoXForCausalLM", "gpt_neox");
        config.Sizes();
        config.RequireFloat("attention.layer_norm_epsilon", "layer_norm_eps");
        config.FloatOrLose("rope.freq_base", "rotary_emb_base");
        config.RopeScalingField(config.HeadWithPartialRotary(wholeIsDefault: false, "rotary_pct"));
        RequireKeyHeads(config, config.OptionalCount("attention.head_count", perLayer: true));
        if (config.OptionalBool(ParallelKey) is { } parallel)
        {
            config.Fields.Set(ParallelKey, parallel);
        }
        else
        {
            config.Refuse($"{config.Key(ParallelKey)} is missing");
        }

        config.TokenIds();
        config.TorchType();
        config.TiedByTensor();
        config.Fields.Set("attention_bias", config.Derivation.HasTensor("blk.0.attn_qkv.bias"));
        config.Fields.Set("hidden_act", "gelu");
        config.Lose("attention_dropout", "hidden_dropout");
    }

    public static void Starcoder(ConfigWriter config)
    {
        config.Class("GPTBigCodeForCausalLM", "gpt_bigcode");
        config.Sizes(new("n_layer", "n_positions", "n_embd", FeedForward: null, "n_head"));
        config.RequireFloat("attention.layer_norm_epsilon", "layer_norm_epsilon");
        config.RequireTensor("position_embd.weight", 2);
        OtherFamilies.FeedForward(config, "n_inner");

        // With a key head for each query, the class has its rows in another order than the runtime.
        if (config.RequireCount(KeyHeadsKey, field: null, perLayer: true) is not null)
        {
            RequireKeyHeads(config, 1);
        }

        config.TokenIds();
        config.TorchType();
        config.TiedByTensor();
        config.Fields.Set("activation_function", "gelu_pytorch_tanh");
        config.Fields.Set("multi_query", true);
        config.Lose("attn_pdrop", "embd_pdrop", "resid_pdrop");
    }

    // The class has no field for another number.
    private static void RequireKeyHeads(ConfigWriter config, long? heads)
    {
        if (config.OptionalCount(KeyHeadsKey, perLayer: true) is { } stated && stated != heads)
        {
            config.Refuse($"{config.Key(KeyHeadsKey)} is {stated} instead of {heads}");
        }
    }
}
