namespace ModelPack.Tensors.Payloads;

/// <summary>A function of each F32 number that is no sum of it and a constant (hf-companions.md §3.2, T3). All round, so the way back
/// keeps bytes instead. Numbers as in origin records (docs/origin-record.md, Recipes).</summary>
internal enum NumberFunction : byte
{
    /// <summary>−exp(x).</summary>
    NegativeExponential = 0,

    /// <summary>log(−x).</summary>
    LogarithmOfNegative = 1,

    /// <summary>1 / x: a divisor that is stored as a factor (T12).</summary>
    Reciprocal = 2,

    /// <summary>log(−x) as it was before: checkpoints hold 16 bits, and the one of these whose −exp is x is the number that x was made of
    /// (T3).</summary>
    ExponentOfNegative = 3,
}
