namespace ModelPack.Architectures.Names;

/// <summary>What the converter does to values besides renaming (hf-companions.md §3.2).</summary>
internal enum NameTransform
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>T1: the rows of q and k are permuted within each head.</summary>
    HeadRows,

    /// <summary>T2: one is added to a norm.</summary>
    NormPlusOne,

    /// <summary>T3: A = -exp(A_log).</summary>
    NegativeExponential,

    /// <summary>T4: the middle dimension of one is dropped.</summary>
    Squeeze,

    /// <summary>T6: a matrix is transposed.</summary>
    Transpose,

    /// <summary>T7: q, k, v of each head become all q, all k, all v.</summary>
    HeadsApart,

    /// <summary>T8: groups of several q, one k, one v become all q, all k, all v.</summary>
    GroupsApart,

    /// <summary>T9: one tensor for each expert becomes one stack.</summary>
    Stack,

    /// <summary>T10: two halves of a tensor become two tensors.</summary>
    Halves,

    /// <summary>T11: even and odd rows become two tensors, MXFP4 blocks are rearranged.</summary>
    Interleaved,

    /// <summary>T22: pieces of a tensor become several tensors, or change places.</summary>
    Cut,

    /// <summary>T13: kv_b becomes k_b, transposed, and v_b.</summary>
    LatentSplit,

    /// <summary>T14: one norm for each head becomes one stack.</summary>
    HeadStack,

    /// <summary>T15: rows of positions in front of the first token's are cut.</summary>
    Positions,

    /// <summary>T23: rows of zeros up to the number of tokens.</summary>
    ZeroRows,
}
