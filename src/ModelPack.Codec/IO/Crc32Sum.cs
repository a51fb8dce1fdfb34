using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.IO;

/// <summary>
/// CRC-32 of large runs. Where the processor multiplies wide vectors without carries, the run is folded four of them at a time, three times
/// and more as fast as by <see cref="Crc32"/> and at full speed from the first call, which matters to a process that converts one file and
/// ends.
/// </summary>
internal static class Crc32Sum
{
    private const int FoldBytes = 4 * 32;
    private const int WideFoldBytes = 4 * 64;

    private static readonly (ulong Low, ulong High) Factors = FactorsFor(FoldBytes);
    private static readonly (ulong Low, ulong High) WideFactors = FactorsFor(WideFoldBytes);

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> rest = stackalloc byte[2 * WideFoldBytes];
        int folded = bytes.Length < 2 * WideFoldBytes
            ? 0
            : Pclmulqdq.V512.IsSupported ? FoldWide(bytes, rest) : Pclmulqdq.V256.IsSupported ? Fold(bytes, rest) : 0;
        if (folded == 0)
        {
            return Crc32.HashToUInt32(bytes);
        }

        // What is left has the same remainder as everything up to the tail; Crc32 inverts its first bytes once more.
        ReadOnlySpan<byte> tail = bytes[(bytes.Length / folded * folded)..];
        tail.CopyTo(rest[folded..]);
        return Crc32.HashToUInt32(rest[..(folded + tail.Length)]);
    }

    // x^(8·n) mod P, for the two halves of a lane that moves on by n bytes; shifted, since bits are in reflected order.
    private static (ulong Low, ulong High) FactorsFor(int bytes) =>
        ((ulong)Crc32Combiner.ShiftFactor(bytes + 4) << 1, (ulong)Crc32Combiner.ShiftFactor(bytes - 4) << 1);

    // Folds all whole groups of four vectors into the last; returns their length. The start value of all ones is the same as inverting the
    // first four bytes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Fold(ReadOnlySpan<byte> bytes, Span<byte> rest)
    {
        Vector256<ulong> factors = Vector256.Create(Factors.Low, Factors.High, Factors.Low, Factors.High);
        Vector256<ulong> ones = Vector256.CreateScalar((ulong)uint.MaxValue);
        ReadOnlySpan<Vector256<ulong>> vectors = MemoryMarshal.Cast<byte, Vector256<ulong>>(bytes);
        (Vector256<ulong> first, Vector256<ulong> second, Vector256<ulong> third, Vector256<ulong> fourth) =
            (vectors[0] ^ ones, vectors[1], vectors[2], vectors[3]);
        for (int at = 4; at <= vectors.Length - 4; at += 4)
        {
            first = MoveOn(first, factors) ^ vectors[at];
            second = MoveOn(second, factors) ^ vectors[at + 1];
            third = MoveOn(third, factors) ^ vectors[at + 2];
            fourth = MoveOn(fourth, factors) ^ vectors[at + 3];
        }

        MemoryMarshal.Cast<Vector256<ulong>, byte>([first ^ ones, second, third, fourth]).CopyTo(rest);
        return FoldBytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int FoldWide(ReadOnlySpan<byte> bytes, Span<byte> rest)
    {
        (ulong low, ulong high) = WideFactors;
        Vector512<ulong> factors = Vector512.Create(low, high, low, high, low, high, low, high);
        Vector512<ulong> ones = Vector512.CreateScalar((ulong)uint.MaxValue);
        ReadOnlySpan<Vector512<ulong>> vectors = MemoryMarshal.Cast<byte, Vector512<ulong>>(bytes);
        (Vector512<ulong> first, Vector512<ulong> second, Vector512<ulong> third, Vector512<ulong> fourth) =
            (vectors[0] ^ ones, vectors[1], vectors[2], vectors[3]);
        for (int at = 4; at <= vectors.Length - 4; at += 4)
        {
            first = MoveOn(first, factors) ^ vectors[at];
            second = MoveOn(second, factors) ^ vectors[at + 1];
            third = MoveOn(third, factors) ^ vectors[at + 2];
            fourth = MoveOn(fourth, factors) ^ vectors[at + 3];
        }

        MemoryMarshal.Cast<Vector512<ulong>, byte>([first ^ ones, second, third, fourth]).CopyTo(rest);
        return WideFoldBytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> MoveOn(Vector256<ulong> lanes, Vector256<ulong> factors) =>
        Pclmulqdq.V256.CarrylessMultiply(lanes, factors, 0x00) ^ Pclmulqdq.V256.CarrylessMultiply(lanes, factors, 0x11);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> MoveOn(Vector512<ulong> lanes, Vector512<ulong> factors) =>
        Pclmulqdq.V512.CarrylessMultiply(lanes, factors, 0x00) ^ Pclmulqdq.V512.CarrylessMultiply(lanes, factors, 0x11);
}
