namespace ModelPack;

/// <summary>Every tensor type that one of the formats can hold. The list is closed: an unknown id in a file is refused by its
/// number.</summary>
public enum TensorType : byte
{
#pragma warning disable CS1591 // The members are the formats' own names; TensorTypes.Get describes each.
    F32, F16, BF16, F64,
    I8, I16, I32, I64,
    U8, U16, U32, U64,
    Bool, C64,
    F8E5M2, F8E4M3, F8E8M0, F8E4M3Fnuz, F8E5M2Fnuz, F6E2M3, F6E3M2, F4,
    Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q8_1,
    Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K,
    IQ2_XXS, IQ2_XS, IQ2_S, IQ3_XXS, IQ3_S, IQ1_S, IQ1_M, IQ4_NL, IQ4_XS,
    TQ1_0, TQ2_0, MXFP4, NVFP4, Q1_0, Q2_0,
    AprQ4, AprQ8, AprQ4KRows, AprQ4KFlat,
#pragma warning restore CS1591
}
