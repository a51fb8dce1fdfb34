namespace ModelPack;

/// <summary>Every tensor type that one of the formats can hold. The list is closed: an unknown id in a file is refused by its number. The
/// numbers are those of origin records (docs/origin-record.md, Tensor types).</summary>
public enum TensorType : byte
{
#pragma warning disable CS1591 // The members are the formats' own names; TensorTypes.Get describes each.
    F32 = 0, F16 = 1, BF16 = 2, F64 = 3,
    I8 = 4, I16 = 5, I32 = 6, I64 = 7,
    U8 = 8, U16 = 9, U32 = 10, U64 = 11,
    Bool = 12, C64 = 13, F8E5M2 = 14, F8E4M3 = 15,
    F8E8M0 = 16, F8E4M3Fnuz = 17, F8E5M2Fnuz = 18, F6E2M3 = 19,
    F6E3M2 = 20, F4 = 21, Q4_0 = 22, Q4_1 = 23,
    Q5_0 = 24, Q5_1 = 25, Q8_0 = 26, Q8_1 = 27,
    Q2_K = 28, Q3_K = 29, Q4_K = 30, Q5_K = 31,
    Q6_K = 32, Q8_K = 33, IQ2_XXS = 34, IQ2_XS = 35,
    IQ2_S = 36, IQ3_XXS = 37, IQ3_S = 38, IQ1_S = 39,
    IQ1_M = 40, IQ4_NL = 41, IQ4_XS = 42, TQ1_0 = 43,
    TQ2_0 = 44, MXFP4 = 45, NVFP4 = 46, Q1_0 = 47,
    Q2_0 = 48, AprQ4 = 49, AprQ8 = 50, AprQ4KRows = 51,
    AprQ4KFlat = 52,
#pragma warning restore CS1591
}
