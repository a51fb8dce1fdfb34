namespace ModelPack.Tensors.Payloads;

/// <summary>A function of each F32 number that is no sum of it and a constant (hf-companions.md §3.2, T3). Both round, so the way back
/// keeps bytes instead.</summary>
internal enum NumberFunction : byte
{
    /// <summary>−exp(x).</summary>
    NegativeExponential,

    /// <summary>log(−x).</summary>
    LogarithmOfNegative,
}
