namespace ModelPack.Diagnostics;

/// <summary>Ranks of what is known by its name alone.</summary>
internal static class NoteRanks
{
    // Of a reader's notes, those that say that less, or more, was read than was named. All others are oddities that were kept.
    private static readonly HashSet<string> MayBeMissed = [
        "K-LEFT-OUT", "K-SINGLE-FILE", "K-PART", "K-SPLIT", "K-DUPKEY", "K-ENDING", "K-FOLDER", "K-COMPANIONS-UNREAD", "K-SIDE-FILE",
        "M-LOST", "M-MISSING"];

    // Fields of training, of the file's history and of a class's own bookkeeping: no program computes with them once the weights are there.
    private static readonly HashSet<string> FieldsWithoutEffect =
    [
        "initializer_range", "initializer_factor", "transformers_version", "use_cache", "torch_dtype", "dtype", "_name_or_path",
        "pretraining_tp", "router_aux_loss_coef", "output_router_logits",
        "aux_loss_alpha", "seq_aux", "attention_dropout", "hidden_dropout", "hidden_dropout_prob", "attention_probs_dropout_prob",
        "classifier_dropout", "embd_pdrop", "resid_pdrop", "attn_pdrop",
        "summary_first_dropout", "residual_dropout", "embedding_dropout", "num_nextn_predict_layers", "ep_size",
        "clean_up_tokenization_spaces", "tokenizer_class", "model_max_length", "max_length",
        "max_new_tokens",
    ];

    // Fields that decide what is computed.
    private static readonly HashSet<string> FieldsOfResults =
    [
        "sliding_window", "use_sliding_window", "max_window_layers", "layer_types", "is_causal", "use_bidirectional_attention",
        "rope_interleave", "norm_topk_prob", "mlp_only_layers",
        "decoder_sparse_step", "pooling_type", "topk_method", "alibi", "attn_logit_softcapping", "final_logit_softcapping",
        "partial_rotary_factor", "clip_qkv", "logit_scale",
    ];

    public static NoteRank OfRule(string rule) =>
        rule is "M-CONTRADICTION" or "K-CONFIG-UNREAD"
        ? NoteRank.ChangesResults
        : MayBeMissed.Contains(rule) ? NoteRank.MayBeMissed : NoteRank.WithoutEffect;

    /// <summary>The rank of a field that is lost.</summary>
    public static NoteRank OfLostField(string field) =>
        FieldsOfResults.Contains(field)
        ? NoteRank.ChangesResults
        : FieldsWithoutEffect.Contains(field) ? NoteRank.WithoutEffect : NoteRank.MayBeMissed;
}
