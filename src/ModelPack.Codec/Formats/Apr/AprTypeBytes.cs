namespace ModelPack.Formats.Apr;

/// <summary>What a type byte can mean, and which meaning a stored size picks (apr-v2.md §9.1, §9.4, §9.7, §9.8).</summary>
internal static class AprTypeBytes
{
    /// <summary>The readings of a byte, the preferred one first; none if the dialect does not define it.</summary>
    public static ReadOnlySpan<TensorType> Readings(byte typeByte, AprDialect dialect) => dialect == AprDialect.Realizar
        ? RealizarReadings(typeByte)
        : AprenderReadings(typeByte);

    /// <summary>Picks the reading that gives the stored size.</summary>
    public static bool TryResolve(ReadOnlySpan<TensorType> readings, ReadOnlySpan<long> shape, long size, out TensorType type)
    {
        foreach (TensorType reading in readings)
        {
            if (TensorTypes.Get(reading).TryGetPayloadBytes(shape, out long bytes) && bytes == size)
            {
                type = reading;
                return true;
            }
        }

        type = default;
        return false;
    }

    /// <summary>The byte that a writer uses for a type (apr-v2.md §15.2); none for types that APR cannot hold.</summary>
    public static byte? ToWrite(TensorType type) => type switch
    {
        TensorType.F32 => 0,
        TensorType.F16 => 1,
        TensorType.F64 => 3,
        TensorType.I32 => 4,
        TensorType.I64 => 5,
        TensorType.I8 => 6,
        TensorType.U8 => 7,
        TensorType.Q4_K => 12,
        TensorType.Q6_K => 14,
        TensorType.BF16 => 30,
        TensorType.AprQ4 => 128,
        TensorType.AprQ8 => 129,
        _ => null,
    };

    private static ReadOnlySpan<TensorType> AprenderReadings(byte typeByte) => typeByte switch
    {
        0 => [TensorType.F32],
        1 => [TensorType.F16],
        2 => [TensorType.BF16, TensorType.Q4_0],
        3 => [TensorType.F64, TensorType.Q4_1],
        4 => [TensorType.I32],
        5 => [TensorType.I64],
        6 => [TensorType.I8, TensorType.Q5_0],
        7 => [TensorType.U8, TensorType.Q5_1],
        8 => [TensorType.AprQ4, TensorType.Q8_0],
        9 => [TensorType.AprQ8, TensorType.Q8_1, TensorType.Q6_K],
        12 => [TensorType.Q4_K, TensorType.AprQ4KRows, TensorType.AprQ4KFlat],
        14 => [TensorType.Q6_K],
        30 => [TensorType.BF16],
        128 => [TensorType.AprQ4],
        129 => [TensorType.AprQ8],
        _ => [],
    };

    /// <summary>ggml ids first, then the table before GH-191, then aprender's meaning: the sizes tell them apart.</summary>
    private static ReadOnlySpan<TensorType> RealizarReadings(byte typeByte) => typeByte switch
    {
        2 => [TensorType.Q4_0, TensorType.BF16],
        3 => [TensorType.Q4_1, TensorType.I8, TensorType.F64],
        4 => [TensorType.I16, TensorType.I32],
        5 => [TensorType.I32, TensorType.I64],
        6 => [TensorType.Q5_0, TensorType.I64, TensorType.I8],
        7 => [TensorType.Q5_1, TensorType.U8],
        8 => [TensorType.Q8_0, TensorType.Q4_K],
        10 => [TensorType.Q2_K, TensorType.Q8_0],
        11 => [TensorType.Q3_K, TensorType.Q4_0],
        12 => [TensorType.Q4_K, TensorType.Q5_K, TensorType.AprQ4KRows, TensorType.AprQ4KFlat],
        13 => [TensorType.Q5_K, TensorType.Q3_K],
        14 => [TensorType.Q6_K, TensorType.Q2_K],
        16 => [TensorType.IQ2_XXS],
        17 => [TensorType.IQ2_XS],
        _ => AprenderReadings(typeByte),
    };
}
