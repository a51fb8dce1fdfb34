using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Tensors.Decoding.Vectorized;

/// <summary>Vectorised twins of <see cref="PlainDecoders"/>.</summary>
internal static class PlainVectors
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void F16(ReadOnlySpan<byte> payload, Span<float> destination)
    {
        ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(payload);
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(destination);
        int i = 0;
        for (; i <= halves.Length - 8; i += 8)
        {
            Vector256<uint> half = Widen(Vector128.Create(halves.Slice(i, 8)));
            Vector256<uint> magnitude = (half & Vector256.Create(0x7FFFu)) << 13;
            Vector256<uint> sign = (half & Vector256.Create(0x8000u)) << 16;

            // Exponents move up by 112, those of NaN and infinity by 224.
            Vector256<uint> isSpecial = Vector256.GreaterThan(magnitude.AsInt32(), Vector256.Create(0x0F7F_FFFF)).AsUInt32();
            Vector256<uint> normal = magnitude + Vector256.Create(0x3800_0000u) + (isSpecial & Vector256.Create(0x3800_0000u));

            // A subnormal half is a multiple of 2^-24: appended to the mantissa of 2^-14, which is then taken away.
            Vector256<uint> isSubnormal = Vector256.LessThan(magnitude.AsInt32(), Vector256.Create(0x0080_0000)).AsUInt32();
            Vector256<float> raised = (magnitude + Vector256.Create(0x3880_0000u)).AsSingle();
            Vector256<uint> subnormal = (raised - Vector256.Create(6.103515625e-5f)).AsUInt32();
            (Vector256.ConditionalSelect(isSubnormal, subnormal, normal) | sign).CopyTo(bits.Slice(i, 8));
        }

        PlainDecoders.F16(payload[(2 * i)..], destination[i..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void BF16(ReadOnlySpan<byte> payload, Span<float> destination)
    {
        ReadOnlySpan<ushort> values = MemoryMarshal.Cast<byte, ushort>(payload);
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(destination);
        int i = 0;
        for (; i <= values.Length - 64; i += 64)
        {
            ReadOnlySpan<ushort> from = values.Slice(i, 64);
            Span<uint> to = bits.Slice(i, 64);
            for (int j = 0; j < 64; j += 16)
            {
                Raise(Vector256.Create(from.Slice(j, 16)), to.Slice(j, 16));
            }
        }

        PlainDecoders.BF16(payload[(2 * i)..], destination[i..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Raise(Vector256<ushort> values, Span<uint> bits)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            (Vector512.WidenLower(values.ToVector512Unsafe()) << 16).CopyTo(bits);
            return;
        }

        (Vector256.WidenLower(values) << 16).CopyTo(bits);
        (Vector256.WidenUpper(values) << 16).CopyTo(bits[8..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Widen(Vector128<ushort> values) =>
        Vector256.WidenLower(values.ToVector256Unsafe());
}
