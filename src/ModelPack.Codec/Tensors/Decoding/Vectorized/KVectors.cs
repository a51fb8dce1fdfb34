using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Tensors.Decoding.Vectorized;

/// <summary>Vectorised twins of the decoders of super-blocks of 256.</summary>
internal static class KVectors
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Q2_K(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[84..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 80);
            float dmin = ScaleFormats.Half(blocks, 82);
            for (int g = 0; g < 16; g++)
            {
                Vector128<byte> q = TwoBits(blocks[16..], g);
                Lanes.ScaleMinus(q, d * (blocks[g] & 15), dmin * (blocks[g] >> 4), destination, 16 * g);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Q3_K(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[110..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 108);
            for (int g = 0; g < 16; g++)
            {
                Vector128<byte> bit = Vector128.Create((byte)(1 << (g / 2)));
                Vector128<byte> isHigh = Lanes.IsSet(Lanes.Load(blocks, 16 * (g % 2)), bit);
                Vector128<byte> offset = Vector128.AndNot(Vector128.Create((byte)4), isHigh);
                Vector128<sbyte> q = (TwoBits(blocks[32..], g) - offset).AsSByte();
                Lanes.Scale(q, d * KBlocks.Q3Scale(blocks.Slice(96, 12), g), destination, 16 * g);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Q4_K(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        Span<float> scales = stackalloc float[8];
        Span<float> minima = stackalloc float[8];
        for (; !blocks.IsEmpty; blocks = blocks[144..], destination = destination[256..])
        {
            UnpackScales(blocks, scales, minima);
            for (int j = 0; j < 8; j += 2)
            {
                Vector128<byte> left = Lanes.Load(blocks, 16 + (16 * j));
                Vector128<byte> right = Lanes.Load(blocks, 32 + (16 * j));
                Span<float> values = destination.Slice(32 * j, 64);
                Lanes.ScaleMinus(Lanes.Low(left), scales[j], minima[j], values, 0);
                Lanes.ScaleMinus(Lanes.Low(right), scales[j], minima[j], values, 16);
                Lanes.ScaleMinus(Lanes.High(left), scales[j + 1], minima[j + 1], values, 32);
                Lanes.ScaleMinus(Lanes.High(right), scales[j + 1], minima[j + 1], values, 48);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Q5_K(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        Span<float> scales = stackalloc float[8];
        Span<float> minima = stackalloc float[8];
        for (; !blocks.IsEmpty; blocks = blocks[176..], destination = destination[256..])
        {
            UnpackScales(blocks, scales, minima);
            Vector128<byte> highLeft = Lanes.Load(blocks, 16);
            Vector128<byte> highRight = Lanes.Load(blocks, 32);
            for (int j = 0; j < 8; j += 2)
            {
                Vector128<byte> left = Lanes.Load(blocks, 48 + (16 * j));
                Vector128<byte> right = Lanes.Load(blocks, 64 + (16 * j));
                Span<float> values = destination.Slice(32 * j, 64);
                Lanes.ScaleMinus(Lanes.Low(left) | Sixteen(highLeft, j), scales[j], minima[j], values, 0);
                Lanes.ScaleMinus(Lanes.Low(right) | Sixteen(highRight, j), scales[j], minima[j], values, 16);
                Lanes.ScaleMinus(Lanes.High(left) | Sixteen(highLeft, j + 1), scales[j + 1], minima[j + 1], values, 32);
                Lanes.ScaleMinus(Lanes.High(right) | Sixteen(highRight, j + 1), scales[j + 1], minima[j + 1], values, 48);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Q6_K(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        Vector128<byte> upper = Vector128.Create((byte)0x30);
        Vector128<sbyte> offset = Vector128.Create((sbyte)32);
        for (; !blocks.IsEmpty; blocks = blocks[210..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 208);
            for (int part = 0; part < 4; part++)
            {
                int half = part / 2;
                int column = 16 * (part % 2);
                Vector128<byte> even = Lanes.Load(blocks, (64 * half) + column);
                Vector128<byte> odd = Lanes.Load(blocks, (64 * half) + 32 + column);
                Vector128<byte> high = Lanes.Load(blocks, 128 + (32 * half) + column);
                ReadOnlySpan<byte> scales = blocks.Slice(192 + (8 * half) + (part % 2), 7);
                Span<float> values = destination.Slice((128 * half) + column, 112);

                Vector128<byte> q0 = Lanes.Low(even) | (Vector128.ShiftLeft(high, 4) & upper);
                Vector128<byte> q1 = Lanes.Low(odd) | (Vector128.ShiftLeft(high, 2) & upper);
                Vector128<byte> q2 = Lanes.High(even) | (high & upper);
                Vector128<byte> q3 = Lanes.High(odd) | (Vector128.ShiftRightLogical(high, 2) & upper);
                Lanes.Scale(q0.AsSByte() - offset, d * (sbyte)scales[0], values, 0);
                Lanes.Scale(q1.AsSByte() - offset, d * (sbyte)scales[2], values, 32);
                Lanes.Scale(q2.AsSByte() - offset, d * (sbyte)scales[4], values, 64);
                Lanes.Scale(q3.AsSByte() - offset, d * (sbyte)scales[6], values, 96);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Q8_K(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[292..], destination = destination[256..])
        {
            float d = BinaryPrimitives.ReadSingleLittleEndian(blocks);
            for (int i = 0; i < 256; i += 16)
            {
                Lanes.Scale(Lanes.Load(blocks, 4 + i).AsSByte(), d, destination, i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TQ2_0(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        Vector128<sbyte> offset = Vector128.Create((sbyte)1);
        for (; !blocks.IsEmpty; blocks = blocks[66..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 64);
            for (int g = 0; g < 16; g++)
            {
                Lanes.Scale(TwoBits(blocks, g).AsSByte() - offset, d, destination, 16 * g);
            }
        }
    }

    // Eight scales and eight minima of six bits, four at a time (ggml-types.md §4), times d and dmin.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void UnpackScales(ReadOnlySpan<byte> block, Span<float> scales, Span<float> minima)
    {
        uint s0 = BinaryPrimitives.ReadUInt32LittleEndian(block.Slice(4, 4));
        uint s4 = BinaryPrimitives.ReadUInt32LittleEndian(block.Slice(8, 4));
        uint s8 = BinaryPrimitives.ReadUInt32LittleEndian(block.Slice(12, 4));
        uint upperScales = (s8 & 0x0F0F_0F0F) | (((s0 >> 6) & 0x0303_0303) << 4);
        uint upperMinima = ((s8 >> 4) & 0x0F0F_0F0F) | (((s4 >> 6) & 0x0303_0303) << 4);
        ToFloat(s0 & 0x3F3F_3F3F, upperScales, ScaleFormats.Half(block, 0)).CopyTo(scales);
        ToFloat(s4 & 0x3F3F_3F3F, upperMinima, ScaleFormats.Half(block, 2)).CopyTo(minima);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> ToFloat(uint lower, uint upper, float factor)
    {
        Vector128<sbyte> bytes = Vector128.CreateScalar(lower | ((ulong)upper << 32)).AsSByte();
        Vector256<int> wide = Vector256.WidenLower(Vector128.WidenLower(bytes).ToVector256Unsafe());
        return Vector256.ConvertToSingle(wide) * Vector256.Create(factor);
    }

    // Bits of elements 16g to 16g+15: half g / 8, plane g / 2 mod 4.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> TwoBits(ReadOnlySpan<byte> qs, int g) =>
        Vector128.ShiftRightLogical(Lanes.Load(qs, (32 * (g / 8)) + (16 * (g % 2))), 2 * (g / 2 % 4)) & Vector128.Create((byte)3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Sixteen(Vector128<byte> high, int bit) =>
        Lanes.IsSet(high, Vector128.Create((byte)(1 << bit))) & Vector128.Create((byte)16);
}
