namespace ModelPack.Tensors.Decoding;

/// <summary>The floats of eight and fewer bits that SafeTensors names (safetensors.md §3).</summary>
internal static class SmallFloats
{
    private static readonly float[] E5M2Values = Table(8, code => code switch
    {
        _ when (code & 0x7F) > 0x7C => float.NaN,
        0x7C => float.PositiveInfinity,
        0xFC => float.NegativeInfinity,
        _ => Value(code, 5, 2, 15),
    });

    private static readonly float[] E4M3Values = Table(8, code => (code & 0x7F) == 0x7F ? float.NaN : Value(code, 4, 3, 7));
    private static readonly float[] E8M0Values = Table(8, code => code == 0xFF ? float.NaN : (float)Math.ScaleB(1, code - 127));
    private static readonly float[] E4M3FnuzValues = Table(8, code => code == 0x80 ? float.NaN : Value(code, 4, 3, 8));
    private static readonly float[] E5M2FnuzValues = Table(8, code => code == 0x80 ? float.NaN : Value(code, 5, 2, 16));
    private static readonly float[] E2M3Values = Table(6, code => Value(code, 2, 3, 1));
    private static readonly float[] E3M2Values = Table(6, code => Value(code, 3, 2, 3));
    private static readonly float[] E2M1Values = Table(4, code => Value(code, 2, 1, 1));

    public static void E5M2(ReadOnlySpan<byte> payload, Span<float> destination) => Bytes(payload, E5M2Values, destination);

    public static void E4M3(ReadOnlySpan<byte> payload, Span<float> destination) => Bytes(payload, E4M3Values, destination);

    public static void E8M0(ReadOnlySpan<byte> payload, Span<float> destination) => Bytes(payload, E8M0Values, destination);

    public static void E4M3Fnuz(ReadOnlySpan<byte> payload, Span<float> destination) => Bytes(payload, E4M3FnuzValues, destination);

    public static void E5M2Fnuz(ReadOnlySpan<byte> payload, Span<float> destination) => Bytes(payload, E5M2FnuzValues, destination);

    public static void E2M3(ReadOnlySpan<byte> payload, Span<float> destination) => SixBits(payload, E2M3Values, destination);

    public static void E3M2(ReadOnlySpan<byte> payload, Span<float> destination) => SixBits(payload, E3M2Values, destination);

    /// <summary>Element 0 in the low half of the byte, as the known producers write it; the format itself does not say.</summary>
    public static void E2M1(ReadOnlySpan<byte> payload, Span<float> destination)
    {
        for (int i = 0; i < payload.Length; i++)
        {
            destination[2 * i] = E2M1Values[payload[i] & 15];
            destination[(2 * i) + 1] = E2M1Values[payload[i] >> 4];
        }
    }

    private static void Bytes(ReadOnlySpan<byte> payload, float[] values, Span<float> destination)
    {
        for (int i = 0; i < payload.Length; i++)
        {
            destination[i] = values[payload[i]];
        }
    }

    // Four elements in three bytes, the first in the lowest bits; the format itself does not say.
    private static void SixBits(ReadOnlySpan<byte> payload, float[] values, Span<float> destination)
    {
        for (; !payload.IsEmpty; payload = payload[3..], destination = destination[4..])
        {
            int bits = payload[0] | (payload[1] << 8) | (payload[2] << 16);
            for (int k = 0; k < 4; k++)
            {
                destination[k] = values[(bits >> (6 * k)) & 63];
            }
        }
    }

    private static float[] Table(int bits, Func<int, float> value)
    {
        var table = new float[1 << bits];
        for (int code = 0; code < table.Length; code++)
        {
            table[code] = value(code);
        }

        return table;
    }

    private static float Value(int code, int exponentBits, int mantissaBits, int bias)
    {
        int mantissa = code & ((1 << mantissaBits) - 1);
        int exponent = (code >> mantissaBits) & ((1 << exponentBits) - 1);
        int significand = exponent == 0 ? mantissa : mantissa + (1 << mantissaBits);
        float magnitude = (float)Math.ScaleB(significand, Math.Max(exponent, 1) - bias - mantissaBits);
        return ScaleFormats.NegateIf((code >> (exponentBits + mantissaBits)) != 0, magnitude);
    }
}
