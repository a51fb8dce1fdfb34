using System.Buffers.Binary;
using ModelPack.Interop.Tests.Native;

namespace ModelPack.Interop.Tests;

/// <summary>The fields of a block on which it depends whether the block is finite, written down independently of the scan.</summary>
internal static class Scales
{
    private const ushort HalfExponent = 0x7C00;
    private const ulong DoubleExponent = 0x7FF0_0000_0000_0000;

    /// <summary>Takes a bit from the exponent of every scale or value that has them all.</summary>
    public static void MakeFinite(GgmlType type, Span<byte> block)
    {
        switch (type.Name)
        {
            case "f32" or "q8_K":
                MakeFinite(block, 3, 0x40);
                break;
            case "bf16":
                MakeFinite(block, 1, 0x40);
                break;
            case "f64":
                MakeFinite(block, 7, 0x40);
                break;
            case "mxfp4":
                block[0] &= 0x7F;
                break;
            case "iq1_m":
                MakeFinite(block, 55, 0x40);
                break;
            default:
                foreach (int offset in Halves(type.Name))
                {
                    MakeFinite(block, offset + 1, 0x40);
                }

                break;
        }
    }

    /// <summary>Gives one scale or value a random bit pattern near or in the range of NaN and infinity.</summary>
    public static void Spoil(GgmlType type, Span<byte> block, RandomBytes random)
    {
        switch (type.Name)
        {
            case "f32" or "q8_K":
                // The last exponents before infinity too: there Q8_K overflows by its quants.
                BinaryPrimitives.WriteUInt32LittleEndian(block, (uint)random.Next() | 0x7C00_0000 | ((uint)random.Below(2) * 0x0380_0000));
                break;
            case "bf16":
                BinaryPrimitives.WriteUInt16LittleEndian(block, (ushort)((uint)random.Next() | 0x7F80));
                break;
            case "f64":
                BinaryPrimitives.WriteUInt64LittleEndian(block, random.Below(2) == 0
                    ? random.Next() | DoubleExponent
                    : BitConverter.DoubleToUInt64Bits(3.4028235677973366e38 * (1 + random.Below(1000))));
                break;
            case "mxfp4":
                block[0] = (byte)(252 + random.Below(4));
                break;
            case "iq1_m":
                block[55] |= 0x70;
                block[53] |= 0xC0;
                break;
            default:
                int[] halves = Halves(type.Name);
                if (halves.Length > 0)
                {
                    int offset = halves[random.Below(halves.Length)];
                    ushort bad = (ushort)((random.Below(2) << 15) | HalfExponent | (random.Below(2) * random.Below(1024)));
                    BinaryPrimitives.WriteUInt16LittleEndian(block[offset..], bad);
                }

                break;
        }
    }

    /// <summary>Offsets of the half-precision scales (ggml-types.md §3 to §6).</summary>
    private static int[] Halves(string type) => type switch
    {
        "i8" or "i16" or "i32" or "i64" or "nvfp4" => [],
        "q4_1" or "q5_1" or "q4_K" or "q5_K" => [0, 2],
        "q2_K" => [80, 82],
        "q3_K" => [108],
        "q6_K" => [208],
        "tq1_0" => [52],
        "tq2_0" => [64],
        _ => [0],
    };

    private static void MakeFinite(Span<byte> block, int offset, byte bit) => block[offset] &= (byte)~bit;
}
