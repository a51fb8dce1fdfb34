namespace ModelPack.Codec.HuggingFace.Config;

/// <summary>Nomic's BERT (hf-companions.md §1.3). The runtime has one form of it, so most fields are constants.</summary>
internal static class NomicBert
{
    private const long TrainedPositions = 2048;
    private const long Positions = 8192;

    public static void Describe(ConfigBuilder config)
    {
        config.Class("NomicBertModel", "nomic_bert");
        config.Sizes(new("n_layer", "max_trained_positions", "n_embd", "n_inner", "n_head"));
        if (config.OptionalCount("context_length") is { } context and not TrainedPositions)
        {
            config.Refuse($"{config.Key("context_length")} is {context}, but the class has {TrainedPositions}");
        }

        config.Fields.Set("n_positions", Positions);
        config.RequireFloat("attention.layer_norm_epsilon", "layer_norm_epsilon");
        config.RequireFloat("rope.freq_base", "rotary_emb_base");
        config.RequireTensor("token_types.weight", 2);
        BertFamily.TypeCount(config);
        BertFamily.Causal(config, "NomicBertModel", "causal");
        config.TokenIds();
        config.TorchType();
        if (config.OptionalCount("pooling_type") is { } pooling)
        {
            config.Note($"{config.Key("pooling_type")} is {pooling}; modules.json and 1_Pooling/config.json are lost");
        }

        config.Fields.Set("activation_function", "swiglu");
        config.Fields.Set("rotary_emb_fraction", new Json.FiniteNumber(1f));
        foreach (string field in (ReadOnlySpan<string>)["mlp_fc1_bias", "mlp_fc2_bias", "prenorm", "qkv_proj_bias", "rotary_emb_interleaved"])
        {
            config.Fields.Set(field, false);
        }

        config.Fields.SetNull("rotary_emb_scale_base");
        config.Lose("auto_map", "use_flash_attn");
    }
}
