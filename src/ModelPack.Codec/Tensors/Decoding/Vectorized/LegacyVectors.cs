using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Tensors.Decoding.Vectorized;

/// <summary>Vectorised twins of the decoders of blocks of 32.</summary>
internal static class LegacyVectors
{
    private static Vector128<byte> BitOfElement =>
        Vector128.Create(1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, (byte)128);
    private static Vector128<byte> ByteOfElement =>
        Vector128.Create(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, (byte)1);

    private static Vector128<sbyte> Iq4Levels =>
        Vector128.Create(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, (sbyte)113);
    private static Vector128<sbyte> Fp4Doubled =>
        Vector128.Create(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, (sbyte)-12);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Q4_0(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        Vector128<sbyte> offset = Vector128.Create((sbyte)8);
        for (; !blocks.IsEmpty; blocks = blocks[18..], destination = destination[32..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            Vector128<byte> qs = Lanes.Load(blocks, 2);
            Lanes.Scale(Lanes.Low(qs).AsSByte() - offset, d, destination, 0);
            Lanes.Scale(Lanes.High(qs).AsSByte() - offset, d, destination, 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Q4_1(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[20..], destination = destination[32..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            float m = -ScaleFormats.Half(blocks, 2);
            Vector128<byte> qs = Lanes.Load(blocks, 4);
            Lanes.ScaleMinus(Lanes.Low(qs), d, m, destination, 0);
            Lanes.ScaleMinus(Lanes.High(qs), d, m, destination, 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Q5_0(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        Vector128<sbyte> offset = Vector128.Create((sbyte)16);
        for (; !blocks.IsEmpty; blocks = blocks[22..], destination = destination[32..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            uint qh = BinaryPrimitives.ReadUInt32LittleEndian(blocks.Slice(2, 4));
            Vector128<byte> qs = Lanes.Load(blocks, 6);
            Lanes.Scale((Lanes.Low(qs) | FifthBits(qh)).AsSByte() - offset, d, destination, 0);
            Lanes.Scale((Lanes.High(qs) | FifthBits(qh >> 16)).AsSByte() - offset, d, destination, 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Q5_1(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[24..], destination = destination[32..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            float m = -ScaleFormats.Half(blocks, 2);
            uint qh = BinaryPrimitives.ReadUInt32LittleEndian(blocks.Slice(4, 4));
            Vector128<byte> qs = Lanes.Load(blocks, 8);
            Lanes.ScaleMinus(Lanes.Low(qs) | FifthBits(qh), d, m, destination, 0);
            Lanes.ScaleMinus(Lanes.High(qs) | FifthBits(qh >> 16), d, m, destination, 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Q8_0(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[34..], destination = destination[32..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            Lanes.Scale(Lanes.Load(blocks, 2).AsSByte(), d, destination, 0);
            Lanes.Scale(Lanes.Load(blocks, 18).AsSByte(), d, destination, 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Q1_0(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        Vector256<uint> bitOfElement = Vector256.Create(1u, 2, 4, 8, 16, 32, 64, 128);
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(destination);
        for (; !blocks.IsEmpty; blocks = blocks[18..], bits = bits[128..])
        {
            Vector256<uint> d = Vector256.Create(BitConverter.SingleToUInt32Bits(ScaleFormats.Half(blocks, 0)));
            for (int i = 0; i < 16; i++)
            {
                Vector256<uint> isClear = Vector256.Equals(Vector256.Create((uint)blocks[2 + i]) & bitOfElement, Vector256<uint>.Zero);
                (d ^ (isClear & Vector256.Create(0x8000_0000u))).CopyTo(bits.Slice(8 * i, 8));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void IQ4_NL(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[18..], destination = destination[32..])
        {
            LookUp(Iq4Levels, Lanes.Load(blocks, 2), ScaleFormats.Half(blocks, 0), destination);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void IQ4_XS(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[136..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            int scalesHigh = BinaryPrimitives.ReadUInt16LittleEndian(blocks.Slice(2, 2));
            for (int g = 0; g < 8; g++)
            {
                int low = (blocks[4 + (g / 2)] >> (4 * (g % 2))) & 15;
                int high = (scalesHigh >> (2 * g)) & 3;
                LookUp(Iq4Levels, Lanes.Load(blocks, 8 + (16 * g)), d * ((low | (high << 4)) - 32), destination.Slice(32 * g, 32));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MXFP4(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[17..], destination = destination[32..])
        {
            LookUp(Fp4Doubled, Lanes.Load(blocks, 1), ScaleFormats.E8M0Half(blocks[0]), destination);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LookUp(Vector128<sbyte> table, Vector128<byte> qs, float scale, Span<float> destination)
    {
        Lanes.Scale(Vector128.Shuffle(table, Lanes.Low(qs).AsSByte()), scale, destination, 0);
        Lanes.Scale(Vector128.Shuffle(table, Lanes.High(qs).AsSByte()), scale, destination, 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> FifthBits(uint qh)
    {
        Vector128<byte> bytes = Vector128.Shuffle(Vector128.Create((ushort)qh).AsByte(), ByteOfElement);
        return Lanes.IsSet(bytes, BitOfElement) & Vector128.Create((byte)16);
    }
}
