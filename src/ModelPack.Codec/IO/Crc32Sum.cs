using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.Codec.IO;

/// <summary>
/// CRC-32 of large runs. Where the processor multiplies wide vectors without carries, the run is folded four of them at a time, three times and more as fast as
/// by <see cref="Crc32"/> and at full speed from the first call, which matters to a process that converts one file and ends.
/// </summary>
internal static class Crc32Sum
{
    private const int FoldBytes = 4 * 32;
    private const int WideFoldBytes = 4 * 64;

    private static readonly (ulong Low, ulong High) Factors = FactorsFor(FoldBytes);
    private static readonly (ulong Low, ulong High) WideFactors = FactorsFor(WideFoldBytes);

    public static uint Of(ReadOnlySpan<byte> bytes) => bytes.Length < 2 * WideFoldBytes ? Crc32.HashToUInt32(bytes)
        : Pclmulqdq.V512.IsSupported ? FoldWide(bytes)
        : Pclmulqdq.V256.IsSupported ? Fold(bytes)
        : Crc32.HashToUInt32(bytes);

    // x^(8·n) mod P, for the two halves of a lane that moves on by n bytes; shifted, since bits are in reflected order.
    private static (ulong Low, ulong High) FactorsFor(int bytes) =>
        ((ulong)Crc32Combiner.ShiftFactor(bytes + 4) << 1, (ulong)Crc32Combiner.ShiftFactor(bytes - 4) << 1);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint Fold(ReadOnlySpan<byte> bytes)
    {
        Span<byte> rest = stackalloc byte[2 * FoldBytes];
        Vector256<ulong> factors = Vector256.Create(Factors.Low, Factors.High, Factors.Low, Factors.High);
        ReadOnlySpan<Vector256<ulong>> vectors = MemoryMarshal.Cast<byte, Vector256<ulong>>(bytes);

        // The start value of all ones is the same as inverting the first four bytes.
        Vector256<ulong> first = vectors[0] ^ Vector256.CreateScalar((ulong)uint.MaxValue);
        Vector256<ulong> second = vectors[1];
        Vector256<ulong> third = vectors[2];
        Vector256<ulong> fourth = vectors[3];
        int at = 4;
        for (; at <= vectors.Length - 4; at += 4)
        {
            first = MoveOn(first, factors) ^ vectors[at];
            second = MoveOn(second, factors) ^ vectors[at + 1];
            third = MoveOn(third, factors) ^ vectors[at + 2];
            fourth = MoveOn(fourth, factors) ^ vectors[at + 3];
        }

        // What is left has the same remainder as everything up to here; Crc32 will invert its first bytes once more.
        (first ^ Vector256.CreateScalar((ulong)uint.MaxValue)).AsByte().CopyTo(rest);
        second.AsByte().CopyTo(rest[32..]);
        third.AsByte().CopyTo(rest[64..]);
        fourth.AsByte().CopyTo(rest[96..]);
        ReadOnlySpan<byte> tail = bytes[(at * 32)..];
        tail.CopyTo(rest[FoldBytes..]);
        return Crc32.HashToUInt32(rest[..(FoldBytes + tail.Length)]);
    }

    // The same with vectors of twice the width.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint FoldWide(ReadOnlySpan<byte> bytes)
    {
        Span<byte> rest = stackalloc byte[2 * WideFoldBytes];
        (ulong low, ulong high) = WideFactors;
        Vector512<ulong> factors = Vector512.Create(low, high, low, high, low, high, low, high);
        ReadOnlySpan<Vector512<ulong>> vectors = MemoryMarshal.Cast<byte, Vector512<ulong>>(bytes);
        Vector512<ulong> first = vectors[0] ^ Vector512.CreateScalar((ulong)uint.MaxValue);
        Vector512<ulong> second = vectors[1];
        Vector512<ulong> third = vectors[2];
        Vector512<ulong> fourth = vectors[3];
        int at = 4;
        for (; at <= vectors.Length - 4; at += 4)
        {
            first = MoveOn(first, factors) ^ vectors[at];
            second = MoveOn(second, factors) ^ vectors[at + 1];
            third = MoveOn(third, factors) ^ vectors[at + 2];
            fourth = MoveOn(fourth, factors) ^ vectors[at + 3];
        }

        (first ^ Vector512.CreateScalar((ulong)uint.MaxValue)).AsByte().CopyTo(rest);
        second.AsByte().CopyTo(rest[64..]);
        third.AsByte().CopyTo(rest[128..]);
        fourth.AsByte().CopyTo(rest[192..]);
        ReadOnlySpan<byte> tail = bytes[(at * 64)..];
        tail.CopyTo(rest[WideFoldBytes..]);
        return Crc32.HashToUInt32(rest[..(WideFoldBytes + tail.Length)]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> MoveOn(Vector256<ulong> lanes, Vector256<ulong> factors) =>
        Pclmulqdq.V256.CarrylessMultiply(lanes, factors, 0x00) ^ Pclmulqdq.V256.CarrylessMultiply(lanes, factors, 0x11);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> MoveOn(Vector512<ulong> lanes, Vector512<ulong> factors) =>
        Pclmulqdq.V512.CarrylessMultiply(lanes, factors, 0x00) ^ Pclmulqdq.V512.CarrylessMultiply(lanes, factors, 0x11);
}
