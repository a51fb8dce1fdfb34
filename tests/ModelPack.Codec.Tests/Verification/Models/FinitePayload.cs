namespace ModelPack.Codec.Tests.Verification.Models;

/// <summary>Random payloads without NaN and infinity.</summary>
internal static class FinitePayload
{
    // A float whose second highest bit is zero is below two, so it is neither.
    private const byte BelowTwo = 0xBF;

    public static byte[] Make(TensorType type, ReadOnlySpan<long> shape, int seed)
    {
        TensorTypeInfo info = TensorTypes.Get(type);
        Assert.IsTrue(info.TryGetPayloadBytes(shape, out long length));
        byte[] payload = new byte[length];
        new Random(seed).NextBytes(payload);
        for (int block = 0; block < payload.Length; block += info.BlockBytes)
        {
            foreach (int high in HighBytes(type))
            {
                payload[block + high] &= BelowTwo;
            }
        }

        return payload;
    }

    private static int[] HighBytes(TensorType type) => type switch
    {
        TensorType.F32 => [3],
        TensorType.F16 or TensorType.BF16 or TensorType.Q4_0 or TensorType.Q8_0 => [1],
        TensorType.Q4_K => [1, 3],
        TensorType.Q6_K => [209],
        TensorType.I8 => [],
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "add its scales"),
    };
}
