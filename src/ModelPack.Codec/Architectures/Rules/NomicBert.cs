using ModelPack.IO.Json;

namespace ModelPack.Architectures.Rules;

/// <summary>Nomic's BERT (hf-companions.md §1.3): the fields of its own code beside those of transformers. The runtime has one form of it,
/// so most fields are constants.</summary>
internal static class NomicBert
{
    private const long TrainedPositions = 2048;
    private const long StretchedPositions = 8192;
    private const long ShortContext = 512;

    public static void Describe(ConfigWriter config)
    {
        config.Class("NomicBertModel", "nomic_bert");
        config.Sizes(new("n_layer", Context: null, "n_embd", "n_inner", "n_head"));
        config.Sizes(new("num_hidden_layers", Context: null, "hidden_size", "intermediate_size", "num_attention_heads"));
        Positions(config);
        HeadDimension(config);
        config.RequireFloat("attention.layer_norm_epsilon", "layer_norm_epsilon");
        config.RequireFloat("attention.layer_norm_epsilon", "layer_norm_eps");
        config.RequireFloat("rope.freq_base", "rotary_emb_base");
        JsonFields rope = new();
        rope.Set("rope_type", "default");
        if (config.OptionalFloat("rope.freq_base") is { } theta)
        {
            rope.Set("rope_theta", theta);
        }

        config.Fields.Set("rope_parameters", rope);
        config.RequireTensor("token_types.weight", 2);
        BertFamily.TypeCount(config);
        BertFamily.Causal(config, "NomicBertModel", "causal");
        config.TokenIds();
        config.TorchType();
        config.Fields.Set("activation_function", "swiglu");
        config.Fields.Set("hidden_act", "silu");
        config.Fields.Set("rotary_emb_fraction", new FiniteNumber(1f));
        foreach (string field in (ReadOnlySpan<string>)[
            "mlp_fc1_bias", "mlp_fc2_bias", "prenorm", "qkv_proj_bias", "rotary_emb_interleaved"])
        {
            config.Fields.Set(field, false);
        }

        config.Fields.SetNull("rotary_emb_scale_base");
        config.Lose("auto_map", "use_flash_attn");
    }

    // What the converter made 2048 and 512 of; a model of another length was trained with it (NomicConfigs).
    internal static void Positions(ConfigWriter config)
    {
        if (config.RequireCount("context_length", field: null) is not { } context)
        {
            return;
        }

        long trained = context is TrainedPositions or ShortContext ? TrainedPositions : context;
        config.Fields.Set("max_trained_positions", trained);
        config.Fields.Set("max_position_embeddings", trained);
        config.Fields.Set("n_positions", context == TrainedPositions ? StretchedPositions : trained);
    }

    private static void HeadDimension(ConfigWriter config)
    {
        if (config.OptionalCount("attention.key_length") is { } dimension)
        {
            config.RequireSameDimension("attention.value_length", dimension);
            config.Fields.Set("head_dim", dimension);
        }
    }
}
