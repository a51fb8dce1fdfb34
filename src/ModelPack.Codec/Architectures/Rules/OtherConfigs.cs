using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Rules;

/// <summary>GPT-2, Falcon and StableLM (hf-companions.md §1.3).</summary>
internal static class OtherConfigs
{
    private const long FalconContext = 2048;

    public static void Gpt2(ConfigReader draft)
    {
        ConfigObject config = draft.Config;
        SizeNames fields = new(["n_layer"], ["n_positions", "n_ctx"], ["n_embd"], ["n_inner"], ["n_head"], ["n_head"]);
        long hidden = draft.Require("n_embd");
        DecoderSizes sizes = DecoderSizes.Checked(draft, fields, new(
            draft.Require("n_layer"), draft.Require("n_positions", "n_ctx"), hidden, config.Count("n_inner")
                ?? 4 * hidden, draft.Require("n_head"), null, null));
        if (config.Count("n_ctx") is { } context && context != sizes.Context)
        {
            throw config.Contradiction($"{config.Path("n_positions")} is {sizes.Context}, but n_ctx is {context}");
        }

        draft.Allow("activation_function", CommonKeys.TanhGelu);
        draft.Allow("scale_attn_weights", flag: true, absent: true);
        draft.Allow("scale_attn_by_inverse_layer_idx", flag: false, absent: false);
        Expected width = Expected.Field("n_embd", hidden);
        Expected feedForward = config.Has("n_inner")
            ? Expected.Field("n_inner", sizes.FeedForward)
            : new($"4 times n_embd {hidden} is {4 * hidden}", 4 * hidden);
        new TensorCheck(draft, "transformer.", "wte.weight", "h.")
            .Layer("attn.c_attn.weight", width, new($"3 times n_embd {hidden} is {3 * hidden}", 3 * hidden))
            .Layer("mlp.c_fc.weight", width, feedForward).Layer("mlp.c_proj.weight", feedForward, width)
            .Matrix("wpe.weight", Expected.Field("n_positions", sizes.Context), width)
            .Run(Expected.Field("n_layer", sizes.Layers), 0, width, draft.Vocabulary());
        draft.Sizes(sizes);
        draft.NormEpsilon("layer_norm_epsilon");
    }

    public static void Falcon(ConfigReader draft)
    {
        ConfigObject config = draft.Config;
        SizeNames fields = new(
            ["num_hidden_layers", "n_layer"], [], ["hidden_size"], [], ["num_attention_heads", "n_head"], ["num_kv_heads", "n_head_kv"]);
        long hidden = draft.Require(fields.Hidden);
        long heads = draft.Require(fields.Heads);

        // The class looks at its number of key heads in the new layout only, or when each query has its own.
        bool own = config.Bool("new_decoder_architecture") == true || config.Bool("multi_query") == false;
        long keyHeads = !own ? 1 : config.FirstOf(fields.KvHeads) is { } field ? config.Count(field)!.Value : heads;
        DecoderSizes sizes = DecoderSizes.Checked(draft, fields, new(
            draft.Require(fields.Layers), FalconContext, hidden, config.Count("ffn_hidden_size") ?? 4 * hidden, heads, keyHeads, null));
        draft.Allow("activation", CommonKeys.TanhGelu);
        draft.Allow("alibi", flag: false, absent: false);
        draft.Allow("bias", flag: false, absent: false);
        draft.Allow("parallel_attn", flag: true, absent: true);
        Expected width = Expected.Field("hidden_size", hidden);
        Expected feedForward = config.Has("ffn_hidden_size")
            ? Expected.Field("ffn_hidden_size", sizes.FeedForward)
            : new($"4 times hidden_size {hidden} is {4 * hidden}", 4 * hidden);
        long rows = (heads + (2 * keyHeads)) * sizes.HeadDimension;
        new TensorCheck(draft, "transformer.", "word_embeddings.weight", "h.")
            .Layer("self_attention.query_key_value.weight",
                new($"{heads} heads with {keyHeads} key heads of width {sizes.HeadDimension} give {rows}", rows), width)
            .Layer("mlp.dense_h_to_4h.weight", feedForward, width).Layer("mlp.dense_4h_to_h.weight", width, feedForward)
            .Run(Expected.Field(config.FirstOf(fields.Layers) ?? fields.Layers[0], sizes.Layers), 0, width, draft.Vocabulary());
        draft.Count("context_length", sizes.Context);
        draft.Text("tensor_data_layout", "jploski");
        draft.Count("embedding_length", sizes.Hidden);
        draft.Count("feed_forward_length", sizes.FeedForward);
        draft.Count("block_count", sizes.Layers);
        draft.Count("attention.head_count", sizes.Heads);
        draft.Count("attention.head_count_kv", sizes.KvHeads);
        draft.NormEpsilon("layer_norm_epsilon");
        RopeKeys.WriteUnusualBase(draft, RopeSettings.Read(draft));
    }

    public static void StableLm(ConfigReader draft)
    {
        DecoderSizes sizes = DecoderSizes.Read(draft);
        draft.Allow("hidden_act", CommonKeys.Silu);
        draft.CheckLlamaTensors(sizes, tiedByDefault: false);
        draft.CheckAttentionBiases("use_qkv_bias");
        RopeSettings rope = RopeSettings.Read(draft);
        double? factor = rope.PartialFactor ?? draft.Config.Double("rope_pct");
        if (factor is null)
        {
            draft.Obstruct("partial_rotary_factor is missing");
        }

        draft.Count("context_length", sizes.Context);
        draft.Count("embedding_length", sizes.Hidden);
        draft.Count("block_count", sizes.Layers);
        draft.Count("feed_forward_length", sizes.FeedForward);
        draft.Count("rope.dimension_count", RopeKeys.RotaryWidth(draft, factor, sizes.HeadDimension));
        draft.Count("attention.head_count", sizes.Heads);
        draft.Count("attention.head_count_kv", sizes.KvHeads);

        draft.Add("use_parallel_residual", GgufValue.FromBool(IsParallel(draft, sizes.Layers)));
        draft.NormEpsilon("layer_norm_eps", "norm_eps");
        RopeKeys.WriteUnusualBase(draft, rope);
    }

    // Absent means the class's own default. Runtimes go by the second norm of a layer instead, which parallel ones lack.
    private static bool IsParallel(ConfigReader draft, long layers)
    {
        const string Field = "use_parallel_residual";
        const string Norm = ".post_attention_layernorm.weight";
        bool isParallel = draft.Config.Bool(Field) ?? false;
        long expected = isParallel ? 0 : layers;
        int found = draft.Folder.Tensors.Count(tensor => tensor.Name.EndsWith(Norm, StringComparison.Ordinal));
        return draft.Obstacles.Count > 0 || found == expected
            ? isParallel
            : throw draft.Config.Contradiction(
                $"{draft.Config.Path(Field)} is {(isParallel ? "true" : "false")}, so {expected} layers have a tensor '…{Norm}', but "
                    + $"{found} do");
    }
}
