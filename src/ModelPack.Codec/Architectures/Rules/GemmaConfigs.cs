using System.Globalization;

namespace ModelPack.Architectures.Rules;

/// <summary>Gemma 1 and 2 (hf-companions.md §1.3).</summary>
internal static class GemmaConfigs
{
    private const int Gemma2FullLayer = 2;
    private const string PrefixModel = "paligemma";
    internal const long Gemma2LargestLayers = 46;

    public static void Gemma(ConfigReader draft)
    {
        DecoderSizes sizes = Read(draft);
        draft.SizesFromContext(sizes, layersLast: false);
        draft.RmsEpsilon();
        draft.HeadWidths(sizes);
        RopeKeys.WriteUnusualBase(draft, RopeSettings.Read(draft));
    }

    public static void Gemma2(ConfigReader draft)
    {
        DecoderSizes sizes = Read(draft);
        draft.SizesFromContext(sizes, layersLast: false);
        draft.RmsEpsilon();
        draft.HeadWidths(sizes);
        draft.Float("attn_logit_softcapping", draft.RequireFloat("attn_logit_softcapping"));
        draft.Float("final_logit_softcapping", draft.RequireFloat("final_logit_softcapping"));
        draft.Count("attention.sliding_window", draft.Require("sliding_window"));
        RopeKeys.WriteUnusualBase(draft, RopeSettings.Read(draft));
        SlidingLayers.RequirePattern(draft, sizes.Layers, Gemma2FullLayer);
        RequireAttentionScale(draft, sizes, Gemma2LargestLayers);
    }

    private static DecoderSizes Read(ConfigReader draft)
    {
        DecoderSizes sizes = DecoderSizes.Read(draft, headAbsent: 256);
        draft.Allow(draft.Config.Has("hidden_activation") ? "hidden_activation" : "hidden_act", CommonKeys.TanhGelu);
        draft.CheckLlamaTensors(sizes, tiedByDefault: true);
        draft.CheckAttentionBiases();
        draft.Allow("tie_word_embeddings", flag: true, absent: true);
        RopeKeys.RequireWholeHead(draft, RopeSettings.Read(draft));
        if (draft.Config.OuterType == PrefixModel)
        {
            draft.Obstruct($"the tokens of a prompt see each other in a {PrefixModel}, and the runtime lets none see what follows it");
        }

        return sizes;
    }

    /// <summary>There is no key: the runtime takes the width of a head, and in the largest model the embedding divided among the
    /// heads.</summary>
    internal static void RequireAttentionScale(ConfigReader draft, DecoderSizes sizes, long largest)
    {
        if (draft.Config.Float("query_pre_attn_scalar") is { } scalar && draft.Obstacles.Count == 0)
        {
            long implied = sizes.Layers == largest ? sizes.Hidden / sizes.Heads : sizes.HeadDimension;
            if (scalar != implied)
            {
                draft.Obstruct(
                    string.Create(CultureInfo.InvariantCulture, $"query_pre_attn_scalar is {scalar}, but the runtime takes {implied}"));
            }
        }
    }
}
