using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ModelPack.Tensors.Payloads;

/// <summary>
/// Changes of number formats by integer code: conversions of the processor quieten signalling NaNs, and a bit that is lost there cannot be
/// brought back (hf-companions.md §3.2, D1, D2).
/// </summary>
internal static class NumberCodes
{
    private const uint Infinity = 0x7F80_0000;
    private const int HalfFractionShift = 13;

    /// <summary>The change that decodes blocks of a type to F32.</summary>
    public static BlockChange Widening(TensorType type) => type switch
    {
        TensorType.F16 => WidenHalf,
        TensorType.BF16 => WidenBrain,
        _ => (blocks, destination) => Decode(type, blocks, destination),
    };

    /// <summary>The change that rounds F32 to a 16-bit type, to nearest even.</summary>
    public static BlockChange Narrowing(TensorType type) => type switch
    {
        TensorType.F16 => NarrowToHalf,
        TensorType.BF16 => NarrowToBrain,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "only BF16 and F16 are narrower than F32"),
    };

    /// <summary>Adds a constant to F32 numbers.</summary>
    public static void Shift(ReadOnlySpan<byte> numbers, Span<byte> destination, float addend)
    {
        for (int i = 0; i < numbers.Length; i += sizeof(float))
        {
            BinaryPrimitives.WriteSingleLittleEndian(destination[i..], BinaryPrimitives.ReadSingleLittleEndian(numbers[i..]) + addend);
        }
    }

    public static void Scale(ReadOnlySpan<byte> numbers, Span<byte> destination, float factor)
    {
        for (int i = 0; i < numbers.Length; i += sizeof(float))
        {
            BinaryPrimitives.WriteSingleLittleEndian(destination[i..], BinaryPrimitives.ReadSingleLittleEndian(numbers[i..]) * factor);
        }
    }

    /// <summary>The F32 code with the value of an F16 code, NaN payloads kept.</summary>
    public static uint WidenHalf(ushort half)
    {
        uint sign = (uint)(half & 0x8000) << 16;
        uint exponent = (uint)(half >> 10) & 0x1F;
        uint fraction = (uint)half & 0x3FF;
        return exponent switch
        {
            0x1F => sign | Infinity | (fraction << HalfFractionShift),
            0 when fraction == 0 => sign,
            0 => sign | WidenSubnormal(fraction),
            _ => sign | ((exponent + 112) << 23) | (fraction << HalfFractionShift),
        };
    }

    /// <summary>The F16 code nearest to an F32 code, ties to even; the code it was widened from, if it was.</summary>
    public static ushort NarrowToHalf(uint code)
    {
        uint sign = (code >> 16) & 0x8000;
        uint magnitude = code & 0x7FFF_FFFF;
        if (magnitude > Infinity)
        {
            uint payload = (magnitude >> HalfFractionShift) & 0x3FF;
            return (ushort)(sign | 0x7C00 | (payload == 0 ? 0x200 : payload));
        }

        int exponent = (int)(magnitude >> 23) - 112;
        if (exponent >= 0x1F)
        {
            return (ushort)(sign | 0x7C00);
        }

        uint fraction = exponent > 0 ? magnitude & 0x7F_FFFF : (magnitude & 0x7F_FFFF) | (magnitude >= 0x80_0000 ? 0x80_0000u : 0);
        int shift = exponent > 0 ? HalfFractionShift : HalfFractionShift + 1 - exponent;
        return shift > 25 ? (ushort)sign : (ushort)(sign | (((uint)Math.Max(exponent, 0) << 10) + RoundedShift(fraction, shift)));
    }

    /// <summary>The BF16 code nearest to an F32 code, ties to even; the code it was widened from, if it was.</summary>
    public static ushort NarrowToBrain(uint code)
    {
        if ((code & 0x7FFF_FFFF) > Infinity)
        {
            uint cut = code >> 16;
            return (ushort)((cut & 0x7F) == 0 ? cut | 0x40 : cut);
        }

        return (ushort)((code + 0x7FFF + ((code >> 16) & 1)) >> 16);
    }

    private static uint WidenSubnormal(uint fraction)
    {
        int shift = System.Numerics.BitOperations.LeadingZeroCount(fraction) - 21;
        return ((uint)(113 - shift) << 23) | (((fraction << shift) & 0x3FF) << HalfFractionShift);
    }

    private static uint RoundedShift(uint value, int shift)
    {
        uint kept = value >> shift;
        uint rest = value & ((1u << shift) - 1);
        uint half = 1u << (shift - 1);
        return rest > half || (rest == half && (kept & 1) == 1) ? kept + 1 : kept;
    }

    private static void WidenHalf(ReadOnlySpan<byte> blocks, Span<byte> destination)
    {
        for (int i = 0; i < blocks.Length; i += sizeof(ushort))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(
                destination[(2 * i)..], WidenHalf(BinaryPrimitives.ReadUInt16LittleEndian(blocks[i..])));
        }
    }

    private static void WidenBrain(ReadOnlySpan<byte> blocks, Span<byte> destination)
    {
        for (int i = 0; i < blocks.Length; i += sizeof(ushort))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(
                destination[(2 * i)..], (uint)BinaryPrimitives.ReadUInt16LittleEndian(blocks[i..]) << 16);
        }
    }

    private static void NarrowToHalf(ReadOnlySpan<byte> numbers, Span<byte> destination)
    {
        for (int i = 0; i < numbers.Length; i += sizeof(float))
        {
            BinaryPrimitives.WriteUInt16LittleEndian(
                destination[(i / 2)..], NarrowToHalf(BinaryPrimitives.ReadUInt32LittleEndian(numbers[i..])));
        }
    }

    private static void NarrowToBrain(ReadOnlySpan<byte> numbers, Span<byte> destination)
    {
        for (int i = 0; i < numbers.Length; i += sizeof(float))
        {
            BinaryPrimitives.WriteUInt16LittleEndian(
                destination[(i / 2)..], NarrowToBrain(BinaryPrimitives.ReadUInt32LittleEndian(numbers[i..])));
        }
    }

    private static void Decode(TensorType type, ReadOnlySpan<byte> blocks, Span<byte> destination)
    {
        Span<float> values = MemoryMarshal.Cast<byte, float>(destination);
        TensorDecoder.Decode(type, blocks, values);
        if (!BitConverter.IsLittleEndian)
        {
            Span<uint> codes = MemoryMarshal.Cast<float, uint>(values);
            BinaryPrimitives.ReverseEndianness(codes, codes);
        }
    }
}
