namespace ModelPack.Architectures.Apr;

/// <summary>Order of the rows in the q and k matrices (apr-v2.md §12.5).</summary>
internal enum RowOrder
{
    /// <summary>As in a GGUF file.</summary>
    Gguf,

    /// <summary>As in a checkpoint for transformers.</summary>
    HuggingFace,
}
