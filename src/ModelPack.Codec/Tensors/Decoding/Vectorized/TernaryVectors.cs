using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Tensors.Decoding.Vectorized;

/// <summary>Vectorised twin of <see cref="TernaryBlocks.TQ1_0"/>.</summary>
internal static class TernaryVectors
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TQ1_0(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[54..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 52);
            Vector128<byte> first = Lanes.Load(blocks, 0);
            Vector128<byte> second = Lanes.Load(blocks, 16);
            Vector128<byte> third = Lanes.Load(blocks, 32);
            for (int p = 0; p < 5; p++)
            {
                Write(first, d, destination, 32 * p);
                Write(second, d, destination, (32 * p) + 16);
                Write(third, d, destination, 160 + (16 * p));
                first = Triple(first);
                second = Triple(second);
                third = Triple(third);
            }

            // The last four bytes hold four digits each: element 240 + 4p + byte.
            uint digits = BinaryPrimitives.ReadUInt32LittleEndian(blocks.Slice(48, 4));
            uint thrice = TripleBytes(digits);
            uint ninefold = TripleBytes(thrice);
            Write(Vector128.Create(digits, thrice, ninefold, TripleBytes(ninefold)).AsByte(), d, destination, 240);
        }
    }

    // The digit is (rest × 3) >> 8: how often 1/3 and 2/3 of 256 are reached, that is 86 and 171.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(Vector128<byte> rest, float d, Span<float> destination, int offset)
    {
        Vector128<sbyte> atLeastOne = Vector128.GreaterThanOrEqual(rest, Vector128.Create((byte)86)).AsSByte();
        Vector128<sbyte> two = Vector128.GreaterThanOrEqual(rest, Vector128.Create((byte)171)).AsSByte();
        Lanes.Scale(Vector128<sbyte>.AllBitsSet - atLeastOne - two, d, destination, offset);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Triple(Vector128<byte> bytes) => bytes + bytes + bytes;

    // Each byte times three modulo 256, without carries between bytes.
    private static uint TripleBytes(uint bytes) =>
        (((bytes & 0x00FF_00FF) * 3) & 0x00FF_00FF) | (((((bytes >> 8) & 0x00FF_00FF) * 3) & 0x00FF_00FF) << 8);
}
