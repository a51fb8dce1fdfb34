using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ModelPack.Tensors.Decoding;

/// <summary>Conversions of single numbers to float32 (ggml-types.md §2.1).</summary>
internal static class ScaleFormats
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Half(ReadOnlySpan<byte> block, int offset) =>
        FromHalf(BinaryPrimitives.ReadUInt16LittleEndian(block.Slice(offset, 2)));

    /// <summary>Exact; a signalling NaN becomes quiet and keeps its payload.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float FromHalf(ushort bits)
    {
        uint sign = (uint)(bits & 0x8000) << 16;
        uint magnitude = (uint)(bits & 0x7FFF) << 13;
        if (magnitude >= 0x0F80_0000)
        {
            uint quiet = magnitude == 0x0F80_0000 ? 0 : 0x0040_0000u;
            return BitConverter.UInt32BitsToSingle(sign | 0x7F80_0000 | quiet | magnitude);
        }

        // The half's exponent sits 112 too low; the product is exact, for subnormal halves too.
        float scaled = BitConverter.UInt32BitsToSingle(magnitude) * 5.192296858534828e33f;
        return BitConverter.UInt32BitsToSingle(sign | BitConverter.SingleToUInt32Bits(scaled));
    }

    /// <summary>Half of the E8M0 value: 2^(e-128), without a NaN code.</summary>
    public static float E8M0Half(byte e) => BitConverter.UInt32BitsToSingle(e < 2 ? 0x0020_0000u << e : (uint)(e - 1) << 23);

    /// <summary>Half of the unsigned E4M3 value; the NaN code is zero.</summary>
    public static float UE4M3Half(byte x)
    {
        if (x is 0 or 0x7F)
        {
            return 0f;
        }

        int exponent = (x >> 3) & 15;
        int mantissa = x & 7;
        return exponent == 0 ? mantissa * (1f / 1024) : (1 + (mantissa * 0.125f)) * PowerOfTwo(exponent - 8);
    }

    /// <summary>2^exponent for normal floats.</summary>
    public static float PowerOfTwo(int exponent) => BitConverter.UInt32BitsToSingle((uint)(exponent + 127) << 23);

    /// <summary>Flips the sign bit, also of zero and NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float NegateIf(bool negative, float value) =>
        BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) ^ (negative ? 0x8000_0000u : 0));
}
