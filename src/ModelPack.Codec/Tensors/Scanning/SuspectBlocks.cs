using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace ModelPack.Tensors.Scanning;

/// <summary>
/// Finds the blocks that may decode to NaN or infinity, looking at the scales alone (ggml-types.md §8). A block that is not found is
/// finite.
/// </summary>
internal static class SuspectBlocks
{
    private const uint HalfExponent = 0x7C00;
    private const uint HalfExponentPair = 0x7C00_7C00;

    // The largest scale whose product with 128, the largest quant, is finite: (2 - 2^-23) × 2^120.
    private const uint LargestSafeQ8Scale = 0x7BFF_FFFF;

    // 2^(252-128) × 12 is the largest product that is finite whatever the quants are.
    private const byte LargestSafeMxfp4Scale = 252;

    /// <summary>Finds the first suspect block at or after <paramref name="start"/>; -1 if there is none.</summary>
    public static int Next(TensorType type, ReadOnlySpan<byte> payload, int start)
    {
        int stride = TensorTypes.Get(type).BlockBytes;
        switch (type)
        {
            case TensorType.Q4_0 or TensorType.Q5_0 or TensorType.Q8_0 or TensorType.Q8_1 or TensorType.Q1_0 or TensorType.Q2_0:
            case TensorType.IQ2_XXS or TensorType.IQ2_XS or TensorType.IQ2_S or TensorType.IQ3_XXS or TensorType.IQ3_S:
            case TensorType.IQ1_S or TensorType.IQ4_NL or TensorType.IQ4_XS or TensorType.AprQ4:
                return NextHalf(payload, start, stride, 0);
            case TensorType.Q3_K:
                return NextHalf(payload, start, stride, 108);
            case TensorType.Q6_K:
                return NextHalf(payload, start, stride, 208);
            case TensorType.TQ1_0:
                return NextHalf(payload, start, stride, 52);
            case TensorType.TQ2_0:
                return NextHalf(payload, start, stride, 64);
            case TensorType.Q4_1 or TensorType.Q5_1 or TensorType.Q4_K or TensorType.Q5_K:
            case TensorType.AprQ4KRows or TensorType.AprQ4KFlat:
                return NextHalfPair(payload, start, stride, 0);
            case TensorType.Q2_K:
                return NextHalfPair(payload, start, stride, 80);
            case TensorType.Q8_K:
                return NextWhere(payload, start, stride, IsSuspectQ8K);
            case TensorType.IQ1_M:
                return NextWhere(payload, start, stride, IsSuspectIq1M);
            case TensorType.MXFP4:
                return NextMxfp4(payload, start);
            case TensorType.NVFP4:
                return -1;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "not a block type");
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int NextHalf(ReadOnlySpan<byte> payload, int start, int stride, int offset)
    {
        int count = payload.Length / stride;
        int block = start;
        for (; block <= count - 8; block += 8)
        {
            ReadOnlySpan<byte> group = payload.Slice((block * stride) + offset, (7 * stride) + 2);
            uint seen = Raised(group, 0) | Raised(group, stride) | Raised(group, 2 * stride) | Raised(group, 3 * stride)
                | Raised(group, 4 * stride) | Raised(group, 5 * stride) | Raised(group, 6 * stride) | Raised(group, 7 * stride);
            if ((seen & 0x8000) != 0)
            {
                break;
            }
        }

        for (; block < count; block++)
        {
            if ((Raised(payload, (block * stride) + offset) & 0x8000) != 0)
            {
                return block;
            }
        }

        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int NextHalfPair(ReadOnlySpan<byte> payload, int start, int stride, int offset)
    {
        int count = payload.Length / stride;
        int block = start;
        for (; block <= count - 8; block += 8)
        {
            ReadOnlySpan<byte> group = payload.Slice((block * stride) + offset, (7 * stride) + 4);
            uint seen = RaisedPair(group, 0) | RaisedPair(group, stride) | RaisedPair(group, 2 * stride) | RaisedPair(group, 3 * stride)
                | RaisedPair(group, 4 * stride) | RaisedPair(group, 5 * stride) | RaisedPair(group, 6 * stride) | RaisedPair(
                    group, 7 * stride);
            if ((seen & 0x8000_8000) != 0)
            {
                break;
            }
        }

        for (; block < count; block++)
        {
            if ((RaisedPair(payload, (block * stride) + offset) & 0x8000_8000) != 0)
            {
                return block;
            }
        }

        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int NextMxfp4(ReadOnlySpan<byte> payload, int start)
    {
        const int Stride = 17;
        int count = payload.Length / Stride;
        int block = start;
        for (; block <= count - 4; block += 4)
        {
            ReadOnlySpan<byte> group = payload.Slice(block * Stride, (3 * Stride) + 1);
            if (Math.Max(Math.Max(group[0], group[Stride]), Math.Max(group[2 * Stride], group[3 * Stride])) > LargestSafeMxfp4Scale)
            {
                break;
            }
        }

        for (; block < count; block++)
        {
            if (payload[block * Stride] > LargestSafeMxfp4Scale)
            {
                return block;
            }
        }

        return -1;
    }

    private static int NextWhere(ReadOnlySpan<byte> payload, int start, int stride, Func<ReadOnlySpan<byte>, bool> isSuspect)
    {
        int count = payload.Length / stride;
        for (int block = start; block < count; block++)
        {
            if (isSuspect(payload.Slice(block * stride, stride)))
            {
                return block;
            }
        }

        return -1;
    }

    // Adding one to the exponent carries into the sign position exactly when all exponent bits are set.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Raised(ReadOnlySpan<byte> bytes, int offset) =>
        (BinaryPrimitives.ReadUInt16LittleEndian(bytes.Slice(offset, 2)) & HalfExponent) + 0x0400;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint RaisedPair(ReadOnlySpan<byte> bytes, int offset) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(bytes.Slice(offset, 4)) & HalfExponentPair) + 0x0400_0400;

    private static bool IsSuspectQ8K(ReadOnlySpan<byte> block) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(block) & 0x7FFF_FFFF) > LargestSafeQ8Scale;

    // The exponent of the scattered half lies in the top nibble of the fourth scale word and the top bits of the third (ggml-types.md §6).
    private static bool IsSuspectIq1M(ReadOnlySpan<byte> block) => (block[55] & 0x70) == 0x70 && (block[53] & 0xC0) == 0xC0;
}
