using ModelPack.Architectures.Rules;

namespace ModelPack.Architectures.Families;

/// <summary>Granite 4.0: state-space layers beside some that attend; where all attend, a GGUF calls it by the name of the architecture
/// without state-space layers (formats/architectures, granitehybrid).</summary>
internal static class GraniteLayers
{
    private const string Recurrent = "mamba";
    private const string Attention = "attention";
    private const string ContextKey = "context_length";
    private const string Context = "max_position_embeddings";
    private const long HybridContext = 1 << 20;
    private const string RopeKey = "rope.scaling.finetuned";
    private const string RotaryKey = "rope.dimension_count";
    private const string Positions = "position_embedding_type";
    private const string Rope = "rope";
    private const string NoRope = "nope";
    private const string Hybrid = "granitehybrid";
    private const string Experts = "num_local_experts";

    /// <summary>What a GGUF calls a model with such a config.</summary>
    public static string Architecture(ConfigObject config) =>
        config.Texts("layer_types") is not { } types || types.Contains(Recurrent) ? Hybrid
        : config.Count("num_experts_per_tok") is > 0 ? "granitemoe" : "granite";

    public static void Read(ConfigReader draft)
    {
        if (AttentionLayers.Count(draft) is not { } layers)
        {
            return;
        }

        bool[]? attends = AttentionLayers.Words(draft, layers, Recurrent, Attention);
        if (attends is null)
        {
            draft.Obstruct("layer_types is missing");
            return;
        }

        if (draft.Numbers.GetValueOrDefault(Experts) == 0 && draft.Config.Count("shared_intermediate_size") is { } shared
            && shared != draft.Numbers.GetValueOrDefault("intermediate_size"))
        {
            draft.Obstruct(
                $"there are no experts, and shared_intermediate_size {shared} is not intermediate_size, which the runtime takes");
        }

        long context = draft.Require(Context);
        AttentionLayers.Write(draft, attends);
        draft.Count(ContextKey, draft.Architecture == Hybrid ? HybridContext : context);
        draft.Count(RotaryKey, draft.Numbers.GetValueOrDefault("head_dim"));
        draft.Allow(Positions, NoRope, Rope);
        draft.Flag(RopeKey, draft.Config.Text(Positions) == Rope);
        RopeKeys.Write(draft, RopeSettings.Read(draft));
        if (draft.Architecture == Hybrid && context != HybridContext)
        {
            draft.Note($"{Context} {context} has no key: the runtime takes {HybridContext} for models of this kind");
        }
    }

    public static void Write(ConfigWriter config)
    {
        if (AttentionLayers.Read(config) is { } attends)
        {
            AttentionLayers.SetWords(config, attends, Recurrent, Attention);
        }

        config.RequireCount(ContextKey, Context);
        if (config.Numbers.TryGetValue("head_dim", out long head))
        {
            config.RequireSameDimension(RotaryKey, head);
        }

        // What the runtimes of both kinds take without the key.
        bool rotates = config.OptionalBool(RopeKey) ?? config.Architecture != Hybrid;
        config.Fields.Set(Positions, rotates ? Rope : NoRope);
        config.RopeBase();
        config.RopeScalingField(null);
    }
}
