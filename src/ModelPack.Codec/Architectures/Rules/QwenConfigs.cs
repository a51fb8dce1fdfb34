using ModelPack.Diagnostics;

namespace ModelPack.Architectures.Rules;

/// <summary>Qwen 2 and 3 with and without experts (hf-companions.md §1.3).</summary>
internal static class QwenConfigs
{
    /// <summary>The width of a head that the class of Qwen 3 takes without a field; the one with experts divides the hidden size.</summary>
    private const long DenseHead = 128;

    public static void Dense(ConfigReader draft) => Describe(draft, moe: false);

    /// <summary>Qwen 2 has experts that see every token, and does not normalize the weights of the others.</summary>
    public static void Qwen2Moe(ConfigReader draft)
    {
        Describe(draft, moe: true);
        draft.Count("expert_shared_feed_forward_length", draft.Require("shared_expert_intermediate_size"));
        draft.Allow("norm_topk_prob", flag: false, absent: false);
    }

    public static void Qwen3Moe(ConfigReader draft)
    {
        Describe(draft, moe: true);

        // Every published config says true, and a folder that was derived from GGUF leaves it out.
        draft.Allow("norm_topk_prob", flag: true, absent: true);
        if (!draft.Config.Has("norm_topk_prob"))
        {
            draft.Note("norm_topk_prob is missing; the runtime normalizes the weights of the experts", NoteRank.ChangesResults);
        }
    }

    // transformers 5 saves the number under the second name.
    private static readonly string[] ExpertFields = ["num_experts", "num_local_experts"];

    private static void Describe(ConfigReader draft, bool moe)
    {
        DecoderSizes sizes = DecoderSizes.Read(draft, draft.Architecture == "qwen3" ? DenseHead : null);
        draft.Allow("hidden_act", CommonKeys.Silu);
        draft.CheckLlamaTensors(
            sizes, tiedByDefault: false, moe ? "mlp.experts." : null, moe ? draft.Config.FirstOf(ExpertFields) ?? ExpertFields[0] : null);
        if (draft.Architecture is "qwen3" or "qwen3moe")
        {
            draft.CheckAttentionBiases();
        }
        else if (draft.Obstacles.Count == 0 && draft.Component("blk.0.attn_q.bias") is null)
        {
            draft.Obstruct("the class has biases of q, k and v, and there is no tensor of layer 0 that is one");
        }

        RopeSettings rope = RopeSettings.Read(draft);
        RopeKeys.RequireWholeHead(draft, rope);
        draft.Sizes(sizes);
        RopeKeys.Write(draft, rope);
        draft.RmsEpsilon();
        if (moe)
        {
            draft.Experts(ExpertFields);
            if (draft.Config.Count("decoder_sparse_step") is { } step and not 1)
            {
                draft.Obstruct($"decoder_sparse_step is {step}");
            }

            if (draft.Config.Counts("mlp_only_layers") is { Length: > 0 } dense)
            {
                draft.Obstruct($"mlp_only_layers names {dense.Length} layers");
            }
        }

        draft.HeadWidths(sizes);
        if (moe)
        {
            draft.Count("expert_feed_forward_length", draft.Require("moe_intermediate_size"));
        }

        if (draft.Config.Bool("use_sliding_window") == true)
        {
            draft.Note(
                "use_sliding_window is true, for which there is no key: every layer sees the whole context", NoteRank.ChangesResults);
        }
    }
}
