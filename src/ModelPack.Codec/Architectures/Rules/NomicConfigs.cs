using System.Globalization;
using ModelPack.Diagnostics;
using ModelPack.Formats.Gguf;

namespace ModelPack.Architectures.Rules;

/// <summary>
/// Nomic's BERT (hf-companions.md §1.3). Three forms of its config are published: the fields of its own code, these beside those of
/// transformers, and the latter alone. Where two say the same, they have to agree.
/// </summary>
internal static class NomicConfigs
{
    private const string Positions = "n_positions";
    private const string TrainedPositions = "max_trained_positions";
    private const string NativePositions = "max_position_embeddings";
    private const string OwnBase = "rotary_emb_base";
    private const long UsualTrained = 2048;

    internal static readonly SizeNames Fields = new(
        ["n_layer", "num_hidden_layers"], [Positions, NativePositions], ["n_embd", "hidden_size"], ["n_inner", "intermediate_size"],
        ["n_head", "num_attention_heads"], ["n_head", "num_attention_heads"]);

    public static void Describe(ConfigReader draft)
    {
        ConfigObject config = draft.Config;
        DecoderSizes sizes = DecoderSizes.Checked(draft, Fields, new(
            draft.RequireAgreed(Fields.Layers), Context(draft), draft.RequireAgreed(Fields.Hidden), draft.RequireAgreed(Fields.FeedForward),
            draft.RequireAgreed(Fields.Heads),
            null, config.Count("head_dim")));
        Restrict(draft);
        RopeSettings rope = RopeSettings.Read(draft);
        if (rope.Type is { } type)
        {
            draft.Obstruct($"rope_parameters of type '{SafeText.Shorten(type)}'");
        }

        Expected hidden = Expected.Field(config.FirstOf(Fields.Hidden) ?? Fields.Hidden[0], sizes.Hidden);
        Expected feedForward = Expected.Field(config.FirstOf(Fields.FeedForward) ?? Fields.FeedForward[0], sizes.FeedForward);
        long rows = 3 * sizes.Heads * sizes.HeadDimension;
        Expected all = sizes.StatedHeadDimension is null
            ? new($"3 times {config.FirstOf(Fields.Hidden)} {sizes.Hidden} is {3 * sizes.Hidden}", 3 * sizes.Hidden)
            : new($"3 times {sizes.Heads} heads of head_dim {sizes.HeadDimension} give {rows}", rows);
        new TensorCheck(draft, "", "embeddings.word_embeddings.weight", "encoder.layers.")
            .Layer("attn.Wqkv.weight", all, hidden)
            .Layer("mlp.fc11.weight", feedForward, hidden).Layer("mlp.fc12.weight", feedForward, hidden)
            .Layer("mlp.fc2.weight", hidden, feedForward)
            .Run(Expected.Field(config.FirstOf(Fields.Layers) ?? Fields.Layers[0], sizes.Layers), 0, hidden, draft.Vocabulary());
        draft.Sizes(sizes);
        draft.Float("rope.freq_base", Base(draft, rope));
        draft.Float("attention.layer_norm_epsilon", Epsilon(draft));
        draft.HeadWidths(sizes);
        draft.Flag(Directions.Key, false);
        draft.AddWhole("tokenizer.ggml.token_type_count", GgufValue.FromUInt32((uint)draft.Require("type_vocab_size")));
    }

    // The class stretches what was trained with shorter texts as it goes; the runtime has the length of training, as the converter of
    // llama.cpp writes it.
    internal static long Context(ConfigReader draft)
    {
        ConfigObject config = draft.Config;
        if (config.Count(Positions) is not { } positions)
        {
            return draft.Require(NativePositions);
        }

        long trained = config.Count(TrainedPositions) ?? UsualTrained;
        switch (positions, trained)
        {
            case (8192, UsualTrained):
                return UsualTrained;
            case (UsualTrained, UsualTrained):
                return 512;
            case var _ when positions == trained && positions > 0:
                return positions;
            default:
                draft.Obstruct($"{Positions} is {positions} and {TrainedPositions} {trained} instead of 8192 and {UsualTrained}");
                return 0;
        }
    }

    internal static float? Base(ConfigReader draft, RopeSettings rope) => (rope.Base, draft.Config.Float(OwnBase)) switch
    {
        ({ } theta, { } own) when theta != own =>
            throw draft.Config.Contradiction($"{draft.Config.Path(OwnBase)} is {own}, but rope_theta is {theta}"),
        ({ } theta, _) => theta,
        _ => draft.RequireFloat(OwnBase),
    };

    internal static float? Epsilon(ConfigReader draft)
    {
        float? native = draft.Config.Float("layer_norm_eps");
        float? own = draft.Config.Float("layer_norm_epsilon");
        return native is null || own is null || native == own
            ? native ?? draft.RequireFloat("layer_norm_epsilon")
            : throw draft.Config.Contradiction(
                string.Create(
                    CultureInfo.InvariantCulture, $"{draft.Config.Path("layer_norm_eps")} is {native}, but layer_norm_epsilon is {own}"));
    }

    /// <summary>The runtime has one form of this class; what differs from it has no key.</summary>
    private static void Restrict(ConfigReader draft)
    {
        ConfigObject config = draft.Config;
        if (config.Count("moe_every_n_layers") is { } every and not 0)
        {
            draft.Obstruct($"moe_every_n_layers is {every}");
        }

        if (config.Double("rotary_emb_fraction") is { } fraction and not 1)
        {
            draft.Obstruct(string.Create(CultureInfo.InvariantCulture, $"rotary_emb_fraction is {fraction}"));
        }

        draft.Allow("activation_function", "swiglu");
        draft.Allow("hidden_act", CommonKeys.Silu);
        foreach (string field in (ReadOnlySpan<string>)
            ["causal", "qkv_proj_bias", "mlp_fc1_bias", "mlp_fc2_bias", "prenorm", "rotary_emb_interleaved", "use_rms_norm",
                "parallel_block"])
        {
            draft.Allow(field, flag: false, absent: false);
        }

        foreach (string field in (ReadOnlySpan<string>)["rotary_emb_scale_base", "rotary_scaling_factor"])
        {
            if (config.Has(field))
            {
                draft.Obstruct($"{field} is set");
            }
        }
    }
}
