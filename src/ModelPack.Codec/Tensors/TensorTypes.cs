using System.Collections.Frozen;

namespace ModelPack;

/// <summary>The type table, used by every reader and writer (ggml-types.md §1, safetensors.md §3, apr-v2.md §9).</summary>
public static class TensorTypes
{
    private static readonly TensorTypeInfo[] Table =
    [
        new(TensorType.F32, "F32", 0, 1, 4),
        new(TensorType.F16, "F16", 1, 1, 2),
        new(TensorType.BF16, "BF16", 30, 1, 2),
        new(TensorType.F64, "F64", 28, 1, 8),
        new(TensorType.I8, "I8", 24, 1, 1),
        new(TensorType.I16, "I16", 25, 1, 2),
        new(TensorType.I32, "I32", 26, 1, 4),
        new(TensorType.I64, "I64", 27, 1, 8),
        new(TensorType.U8, "U8", null, 1, 1),
        new(TensorType.U16, "U16", null, 1, 2),
        new(TensorType.U32, "U32", null, 1, 4),
        new(TensorType.U64, "U64", null, 1, 8),
        new(TensorType.Bool, "BOOL", null, 1, 1),
        new(TensorType.C64, "C64", null, 1, 8),
        new(TensorType.F8E5M2, "F8_E5M2", null, 1, 1),
        new(TensorType.F8E4M3, "F8_E4M3", null, 1, 1),
        new(TensorType.F8E8M0, "F8_E8M0", null, 1, 1),
        new(TensorType.F8E4M3Fnuz, "F8_E4M3FNUZ", null, 1, 1),
        new(TensorType.F8E5M2Fnuz, "F8_E5M2FNUZ", null, 1, 1),
        new(TensorType.F6E2M3, "F6_E2M3", null, 1, 6, PayloadRule.PackedBits),
        new(TensorType.F6E3M2, "F6_E3M2", null, 1, 6, PayloadRule.PackedBits),
        new(TensorType.F4, "F4", null, 1, 4, PayloadRule.PackedBits),
        new(TensorType.Q4_0, "Q4_0", 2, 32, 18),
        new(TensorType.Q4_1, "Q4_1", 3, 32, 20),
        new(TensorType.Q5_0, "Q5_0", 6, 32, 22),
        new(TensorType.Q5_1, "Q5_1", 7, 32, 24),
        new(TensorType.Q8_0, "Q8_0", 8, 32, 34),
        new(TensorType.Q8_1, "Q8_1", 9, 32, 36),
        new(TensorType.Q2_K, "Q2_K", 10, 256, 84),
        new(TensorType.Q3_K, "Q3_K", 11, 256, 110),
        new(TensorType.Q4_K, "Q4_K", 12, 256, 144),
        new(TensorType.Q5_K, "Q5_K", 13, 256, 176),
        new(TensorType.Q6_K, "Q6_K", 14, 256, 210),
        new(TensorType.Q8_K, "Q8_K", 15, 256, 292),
        new(TensorType.IQ2_XXS, "IQ2_XXS", 16, 256, 66),
        new(TensorType.IQ2_XS, "IQ2_XS", 17, 256, 74),
        new(TensorType.IQ2_S, "IQ2_S", 22, 256, 82),
        new(TensorType.IQ3_XXS, "IQ3_XXS", 18, 256, 98),
        new(TensorType.IQ3_S, "IQ3_S", 21, 256, 110),
        new(TensorType.IQ1_S, "IQ1_S", 19, 256, 50),
        new(TensorType.IQ1_M, "IQ1_M", 29, 256, 56),
        new(TensorType.IQ4_NL, "IQ4_NL", 20, 32, 18),
        new(TensorType.IQ4_XS, "IQ4_XS", 23, 256, 136),
        new(TensorType.TQ1_0, "TQ1_0", 34, 256, 54),
        new(TensorType.TQ2_0, "TQ2_0", 35, 256, 66),
        new(TensorType.MXFP4, "MXFP4", 39, 32, 17),
        new(TensorType.NVFP4, "NVFP4", 40, 64, 36),
        new(TensorType.Q1_0, "Q1_0", 41, 128, 18),
        new(TensorType.Q2_0, "Q2_0", 42, 64, 18),
        new(TensorType.AprQ4, "APR_Q4", null, 32, 18, PayloadRule.FlatBlocks),
        new(TensorType.AprQ8, "APR_Q8", null, 1, 1, PayloadRule.ScaledBytes),
        new(TensorType.AprQ4KRows, "APR_Q4_K_ROWS", null, 256, 144, PayloadRule.PaddedRows),
        new(TensorType.AprQ4KFlat, "APR_Q4_K_FLAT", null, 256, 144, PayloadRule.FlatBlocks),
    ];

    private static readonly FrozenDictionary<string, TensorTypeInfo> ByName = Table.ToFrozenDictionary(
        info => info.Name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<int, TensorTypeInfo> ByGgmlId =
        Table.Where(info => info.GgmlId is not null).ToFrozenDictionary(info => info.GgmlId!.Value);

    /// <summary>Every type, in the order of the enumeration.</summary>
    public static IReadOnlyList<TensorTypeInfo> All => Table;

    /// <summary>The table row of a type.</summary>
    /// <param name="type">The type.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such type.</exception>
    public static TensorTypeInfo Get(TensorType type) =>
        (int)type < Table.Length ? Table[(int)type] : throw new ArgumentOutOfRangeException(nameof(type), type, "not in the type table");

    /// <summary>Finds a type by its exact name.</summary>
    internal static bool TryGetByName(string name, out TensorTypeInfo? info) => ByName.TryGetValue(name, out info);

    /// <summary>Finds a type by its ggml id; false for removed and undefined ids.</summary>
    internal static bool TryGetByGgmlId(int id, out TensorTypeInfo? info) => ByGgmlId.TryGetValue(id, out info);
}
