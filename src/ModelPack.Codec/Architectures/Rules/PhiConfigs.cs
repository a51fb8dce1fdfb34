using System.Globalization;
using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Rules;

/// <summary>Phi 2 and 3 (hf-companions.md §1.3).</summary>
internal static class PhiConfigs
{
    private const string Original = "original_max_position_embeddings";

    public static void Phi2(ConfigReader draft)
    {
        DecoderSizes sizes = DecoderSizes.Read(draft);
        draft.Allow("hidden_act", CommonKeys.TanhGelu);
        draft.Allow("qk_layernorm", flag: false, absent: false);
        Expected hidden = Expected.Field("hidden_size", sizes.Hidden);
        Expected keys = Expected.Heads(
            sizes.StatedKvHeads is null ? "num_attention_heads" : "num_key_value_heads", sizes.KvHeads, sizes.HeadDimension);
        Expected feedForward = Expected.Field("intermediate_size", sizes.FeedForward);
        new TensorCheck(draft, "model.", "embed_tokens.weight", "layers.")
            .Layer("self_attn.q_proj.weight", Expected.Heads("num_attention_heads", sizes.Heads, sizes.HeadDimension), hidden)
            .Layer("self_attn.k_proj.weight", keys, hidden).Layer("self_attn.v_proj.weight", keys, hidden)
            .Layer("mlp.fc1.weight", feedForward, hidden).Layer("mlp.fc2.weight", hidden, feedForward)
            .Run(Expected.Field("num_hidden_layers", sizes.Layers), 0, hidden, draft.Vocabulary());
        RopeSettings rope = RopeSettings.Read(draft);
        draft.SizesFromContext(sizes, layersLast: true);
        draft.NormEpsilon("layer_norm_eps", "layer_norm_epsilon");
        RequirePartialFactor(draft, rope);
        draft.Count("rope.dimension_count", RopeKeys.RotaryWidth(draft, rope.PartialFactor, sizes.HeadDimension));
        RopeKeys.WriteUnusualBase(draft, rope);
    }

    public static void Phi3(ConfigReader draft)
    {
        DecoderSizes sizes = DecoderSizes.Read(draft);
        draft.Allow("hidden_act", CommonKeys.Silu);
        Expected hidden = Expected.Field("hidden_size", sizes.Hidden);
        long rows = (sizes.Heads + (2 * sizes.KvHeads)) * sizes.HeadDimension;
        new TensorCheck(draft, "model.", "embed_tokens.weight", "layers.")
            .Layer("self_attn.qkv_proj.weight",
                new($"num_attention_heads {sizes.Heads} and num_key_value_heads {sizes.KvHeads} of width {sizes.HeadDimension} give {rows}",
                    rows), hidden)
            .Layer("mlp.gate_up_proj.weight",
                new($"twice intermediate_size {sizes.FeedForward} is {2 * sizes.FeedForward}", 2 * sizes.FeedForward), hidden)
            .Layer("mlp.down_proj.weight", hidden, Expected.Field("intermediate_size", sizes.FeedForward))
            .Run(Expected.Field("num_hidden_layers", sizes.Layers), 0, hidden, draft.Vocabulary());
        draft.NoteOutput("lm_head.weight", tiedByDefault: false);
        RopeSettings rope = RopeSettings.Read(draft);
        long rotary = RopeKeys.RotaryWidth(draft, rope.PartialFactor, sizes.HeadDimension);
        long original = rope.Scaling?.Count(Original) ?? draft.Require(Original);
        draft.Count("context_length", sizes.Context);
        draft.Count(LongRopeAttention.OriginalKey, original);
        draft.Count("embedding_length", sizes.Hidden);
        draft.Count("feed_forward_length", sizes.FeedForward);
        draft.Count("block_count", sizes.Layers);
        draft.Count("attention.head_count", sizes.Heads);
        draft.Count("attention.head_count_kv", sizes.KvHeads);
        draft.RmsEpsilon();
        draft.Count("rope.dimension_count", rotary);
        draft.Float("rope.freq_base", rope.Base ?? draft.RequireFloat("rope_theta"));
        draft.Count("attention.sliding_window", draft.Config.Count("sliding_window") ?? 0);
        LongRope(draft, rope, sizes.Context, original, rotary);
    }

    private static void LongRope(ConfigReader draft, RopeSettings rope, long context, long original, long rotary)
    {
        if (rope.Type is null || draft.Obstacles.Count > 0)
        {
            return;
        }

        if (rope.Type != "longrope" || rope.Scaling!.Floats("long_factor") is not { } longFactors
            || rope.Scaling.Floats("short_factor") is not { } shortFactors)
        {
            draft.Obstruct(
                rope.Type == "longrope"
                    ? "long_factor or short_factor is missing"
                    : $"rope_scaling of type '{SafeText.Shorten(rope.Type)}'");
            return;
        }

        foreach ((string field, float[] factors) in (ReadOnlySpan<(string, float[])>)[
            ("long_factor", longFactors), ("short_factor", shortFactors)])
        {
            if (factors.Length * 2 != rotary)
            {
                throw draft.Config.Contradiction(
                    $"{rope.Scaling.Path(field)} has {Plural.Of(factors.Length, "item")}, but {rotary} values of a head are rotated in "
                        + $"pairs");
            }
        }

        if (original < LongRopeAttention.LeastOriginal)
        {
            throw (rope.Scaling.Has(Original) ? rope.Scaling : draft.Config).WrongValue(Original, $"is {original}");
        }

        // Without attention_factor, some versions of the class take this field for the ratio of the context lengths and some do not.
        double ratio = (double)context / original;
        if (!rope.Scaling.Has("attention_factor") && rope.Scaling.Double("factor") is { } factor && factor != ratio)
        {
            draft.Obstruct(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"rope_scaling.factor is {factor}, but max_position_embeddings {context} is {ratio} times {Original} {original}"));
            return;
        }

        draft.Float(LongRopeAttention.Key, rope.Scaling.Float("attention_factor") ?? LongRopeAttention.Implied(context, original));
        draft.AddTensor("rope_factors_long.weight", longFactors);
        draft.AddTensor("rope_factors_short.weight", shortFactors);
    }

    public static void RequirePartialFactor(ConfigReader draft, RopeSettings rope)
    {
        if (rope.PartialFactor is null)
        {
            draft.Obstruct("partial_rotary_factor is missing");
        }
    }
}
