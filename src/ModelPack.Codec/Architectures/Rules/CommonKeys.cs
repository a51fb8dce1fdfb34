namespace ModelPack.Architectures.Rules;

/// <summary>Keys that several architectures share, in the converter's order (hf-companions.md §1.1).</summary>
internal static class CommonKeys
{
    public static readonly string[] Silu = ["silu", "swish"];
    public static readonly string[] TanhGelu = ["gelu_pytorch_tanh", "gelu_new", "gelu_fast", "gelu"];

    public static void Sizes(this ConfigReader draft, DecoderSizes sizes)
    {
        draft.Count("block_count", sizes.Layers);
        draft.Count("context_length", sizes.Context);
        draft.Count("embedding_length", sizes.Hidden);
        draft.Count("feed_forward_length", sizes.FeedForward);
        draft.Count("attention.head_count", sizes.Heads);
        draft.Count("attention.head_count_kv", sizes.StatedKvHeads);
    }

    /// <summary>The order of the architectures whose converter writes the context first.</summary>
    public static void SizesFromContext(this ConfigReader draft, DecoderSizes sizes, bool layersLast)
    {
        draft.Count("context_length", sizes.Context);
        draft.Count("embedding_length", sizes.Hidden);
        draft.Count(layersLast ? "feed_forward_length" : "block_count", layersLast ? sizes.FeedForward : sizes.Layers);
        draft.Count(layersLast ? "block_count" : "feed_forward_length", layersLast ? sizes.Layers : sizes.FeedForward);
        draft.Count("attention.head_count", sizes.Heads);
        draft.Count("attention.head_count_kv", sizes.KvHeads);
    }

    public static void RmsEpsilon(this ConfigReader draft) =>
        draft.Float("attention.layer_norm_rms_epsilon", draft.RequireFloat("rms_norm_eps"));

    public static void NormEpsilon(this ConfigReader draft, params ReadOnlySpan<string> fields) =>
        draft.Float("attention.layer_norm_epsilon", draft.RequireFloat(fields));

    public static void Experts(this ConfigReader draft, params ReadOnlySpan<string> countFields)
    {
        long count = draft.RequireAgreed(countFields);
        long used = draft.Require("num_experts_per_tok");
        if (used > count && count > 0)
        {
            throw draft.Config.Contradiction(
                $"{draft.Config.Path("num_experts_per_tok")} is {used}, but {draft.Config.FirstOf(countFields)} is {count}");
        }

        draft.Count("expert_count", count);
        draft.Count("expert_used_count", used);
    }

    public static void HeadWidths(this ConfigReader draft, DecoderSizes sizes)
    {
        draft.Count("attention.key_length", sizes.StatedHeadDimension);
        draft.Count("attention.value_length", sizes.StatedHeadDimension);
    }

    /// <summary>The number of rows that the embedding matrix must have, if the config says so.</summary>
    public static Expected? Vocabulary(this ConfigReader draft) =>
        draft.Config.Count("vocab_size") is { } size ? Expected.Field("vocab_size", size) : null;

    /// <summary>Compares an ordinary decoder's tensors, and notes what is odd about its output matrix.</summary>
    public static void CheckLlamaTensors(
        this ConfigReader draft, DecoderSizes sizes, bool tiedByDefault, string? expertsPrefix = null, string? expertsField = null,
        long furtherLayers = 0, bool attention = true, bool normsOfWholeWidth = false)
    {
        Expected hidden = Expected.Field("hidden_size", sizes.Hidden);
        Expected keys = Expected.Heads(
            sizes.StatedKvHeads is null ? "num_attention_heads" : "num_key_value_heads", sizes.KvHeads, sizes.HeadDimension);
        Expected queries = Expected.Heads("num_attention_heads", sizes.Heads, sizes.HeadDimension);
        Expected feedForward = Expected.Field("intermediate_size", sizes.FeedForward);
        TensorCheck check = new(draft, "model.", "embed_tokens.weight", "layers.");
        if (attention)
        {
            check.Layer("self_attn.q_proj.weight", queries, hidden).Layer("self_attn.k_proj.weight", keys, hidden)
                .Layer("self_attn.v_proj.weight", keys, hidden);
            check.Layer("self_attn.o_proj.weight", hidden, queries);
            Expected head = Expected.Field("the width of a head", sizes.HeadDimension);
            check.Vector("self_attn.q_norm.weight", normsOfWholeWidth ? queries : head)
                .Vector("self_attn.k_norm.weight", normsOfWholeWidth ? keys : head)
                .Vector("self_attn.q_proj.bias", queries).Vector("self_attn.k_proj.bias", keys).Vector("self_attn.v_proj.bias", keys)
                .Vector("self_attn.o_proj.bias", hidden);
        }

        check.Layer("mlp.gate_proj.weight", feedForward, hidden).Layer("mlp.up_proj.weight", feedForward, hidden)
            .Layer("mlp.down_proj.weight", hidden, feedForward);
        if (expertsPrefix is not null)
        {
            check.Experts(expertsPrefix, Expected.Field(expertsField!, draft.Config.Count(expertsField!) ?? 0));
        }

        check.Run(Expected.Field("num_hidden_layers", sizes.Layers), furtherLayers, hidden, draft.Vocabulary());
        draft.NoteOutput("lm_head.weight", tiedByDefault);
    }

    /// <summary>Refuses a config.json that says otherwise of biases than the tensors: a class starts with zeros where one is missing, and
    /// passes over one that it has no place for.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="field">The field that says that there are some.</param>
    /// <param name="component">One of them in a GGUF.</param>
    /// <param name="absent">What the class takes without the field.</param>
    public static void CheckBiases(this ConfigReader draft, string field, string component, bool absent = false) =>
        draft.RequireAgreement(field, draft.Config.Bool(field) ?? absent, component);

    /// <summary>The same of those of q, k and v; most classes have this field for them.</summary>
    public static void CheckAttentionBiases(this ConfigReader draft, string field = "attention_bias", bool absent = false) =>
        draft.CheckBiases(field, "blk.0.attn_q.bias", absent);

    public static void NoteOutput(this ConfigReader draft, string output, bool tiedByDefault)
    {
        bool tied = draft.Config.Bool("tie_word_embeddings") ?? tiedByDefault;
        if (tied == (draft.Folder.FindTensor(output) ?? draft.Folder.FindTensor($"language_model.{output}")) is not null)
        {
            draft.Note(tied
                ? $"tie_word_embeddings is true, but there is a tensor {output}"
                : $"tie_word_embeddings is false, but there is no tensor {output}: the embedding matrix takes its place");
        }
    }
}
