namespace ModelPack.Architectures.Apr;

/// <summary>Whose names the tensors of an APR file have (apr-v2.md §12.1).</summary>
internal enum AprNamingScheme
{
    /// <summary>No name tells, or names of both kinds occur.</summary>
    Unknown,

    /// <summary><c>blk.N.attn_q.weight</c>.</summary>
    Gguf,

    /// <summary><c>model.layers.N.self_attn.q_proj.weight</c>, or the same without <c>model.</c>.</summary>
    HuggingFace,
}
