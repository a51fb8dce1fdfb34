using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Rules;

/// <summary>GPT-NeoX and StarCoder (hf-companions.md §1.3).</summary>
internal static class GptConfigs
{
    private const string Part = "rotary_pct";
    private const string Base = "rotary_emb_base";

    public static void Neox(ConfigReader draft)
    {
        ConfigObject config = draft.Config;
        DecoderSizes sizes = DecoderSizes.Read(draft) with { StatedKvHeads = null, StatedHeadDimension = null };
        draft.Allow("hidden_act", CommonKeys.TanhGelu);
        draft.Allow("attention_bias", flag: true, absent: true);
        Expected hidden = Expected.Field("hidden_size", sizes.Hidden);
        Expected feedForward = Expected.Field("intermediate_size", sizes.FeedForward);
        new TensorCheck(draft, "gpt_neox.", "embed_in.weight", "layers.")
            .Layer("attention.query_key_value.weight", new($"3 times hidden_size {sizes.Hidden} is {3 * sizes.Hidden}", 3 * sizes.Hidden),
                hidden)
            .Layer("attention.dense.weight", hidden, hidden)
            .Layer("mlp.dense_h_to_4h.weight", feedForward, hidden).Layer("mlp.dense_4h_to_h.weight", hidden, feedForward)
            .Run(Expected.Field("num_hidden_layers", sizes.Layers), 0, hidden, draft.Vocabulary());
        if (draft.Folder.FindTensor("embed_out.weight") is null)
        {
            draft.Obstruct("there is no tensor embed_out.weight, for which the runtime takes no other");
        }

        RopeSettings rope = RopeSettings.Read(draft);
        double? part = rope.PartialFactor ?? config.Double(Part);
        if (part is null)
        {
            draft.Obstruct($"{Part} is missing");
        }

        draft.Count("context_length", sizes.Context);
        draft.Count("embedding_length", sizes.Hidden);
        draft.Count("block_count", sizes.Layers);
        draft.Count("feed_forward_length", sizes.FeedForward);
        draft.Count("rope.dimension_count", RopeKeys.RotaryWidth(draft, part, sizes.HeadDimension, Part));
        draft.Count("attention.head_count", sizes.Heads);
        draft.Add("use_parallel_residual", GgufValue.FromBool(config.Bool("use_parallel_residual") ?? true));
        draft.NormEpsilon("layer_norm_eps");
        RopeKeys.WriteUnusualBase(draft, rope with { Base = BaseOf(config, rope) });
    }

    public static void Starcoder(ConfigReader draft)
    {
        ConfigObject config = draft.Config;
        SizeNames fields = new(["n_layer"], ["n_positions"], ["n_embd"], ["n_inner"], ["n_head"], ["n_head"]);
        long hidden = draft.Require("n_embd");
        DecoderSizes sizes = DecoderSizes.Checked(draft, fields, new(
            draft.Require("n_layer"), draft.Require("n_positions"), hidden, config.Count("n_inner")
                ?? 4 * hidden, draft.Require("n_head"), 1, null));
        draft.Allow("activation_function", CommonKeys.TanhGelu);
        draft.Allow("scale_attn_weights", flag: true, absent: true);
        draft.Allow("multi_query", flag: true, absent: true);
        Expected width = Expected.Field("n_embd", hidden);
        Expected feedForward = config.Has("n_inner")
            ? Expected.Field("n_inner", sizes.FeedForward)
            : new($"4 times n_embd {hidden} is {4 * hidden}", 4 * hidden);
        long rows = hidden + (2 * sizes.HeadDimension);
        new TensorCheck(draft, "transformer.", "wte.weight", "h.")
            .Layer("attn.c_attn.weight", new($"n_embd {hidden}, a key and a value of width {sizes.HeadDimension} give {rows}", rows), width)
            .Layer("attn.c_proj.weight", width, width)
            .Layer("mlp.c_fc.weight", feedForward, width).Layer("mlp.c_proj.weight", width, feedForward)
            .Matrix("wpe.weight", Expected.Field("n_positions", sizes.Context), width)
            .Run(Expected.Field("n_layer", sizes.Layers), 0, width, draft.Vocabulary());
        draft.NoteOutput("lm_head.weight", tiedByDefault: true);
        draft.SizesFromContext(sizes, layersLast: true);
        draft.NormEpsilon("layer_norm_epsilon");
    }

    // The class's own name for what others call rope_theta; saved again, a config may say both.
    private static float? BaseOf(ConfigObject config, RopeSettings rope) => (rope.Base, config.Float(Base)) switch
    {
        ({ } theta, { } own) when theta != own => throw config.Contradiction($"{config.Path(Base)} is {own}, but rope_theta is {theta}"),
        var (theta, own) => theta ?? own,
    };
}
