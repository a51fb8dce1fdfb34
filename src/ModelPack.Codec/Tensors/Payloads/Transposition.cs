using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace ModelPack.Tensors.Payloads;

/// <summary>Rows of four-byte units to columns, four by four at once.</summary>
internal static class Transposition
{
    private const int Side = 4;

    /// <summary>True if this processor exchanges halves of vectors.</summary>
    public static bool IsAccelerated => (Sse2.IsSupported || AdvSimd.Arm64.IsSupported) && BitConverter.IsLittleEndian;

    /// <summary>Places all columns of a block but the first and the last.</summary>
    /// <param name="block">Rows of units, one after the other.</param>
    /// <param name="count">Units in a row.</param>
    /// <param name="destination">Where the second column begins; each further one begins a stride behind the one before.</param>
    /// <param name="stride">Units from one column to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Place(ReadOnlySpan<uint> block, int count, Span<uint> destination, int stride)
    {
        int height = block.Length / count;
        int inner = count - 2;
        (int wholeRows, int wholeColumns) = (height / Side * Side, inner / Side * Side);
        for (int column = 0; column < wholeColumns; column += Side)
        {
            Span<uint> first = destination.Slice(column * stride, height);
            Span<uint> second = destination.Slice((column + 1) * stride, height);
            Span<uint> third = destination.Slice((column + 2) * stride, height);
            Span<uint> fourth = destination.Slice((column + 3) * stride, height);
            for (int row = 0; row < wholeRows; row += Side)
            {
                int at = (row * count) + column + 1;
                Vector128<uint> one = Vector128.Create(block.Slice(at, Side));
                Vector128<uint> two = Vector128.Create(block.Slice(at + count, Side));
                Vector128<uint> three = Vector128.Create(block.Slice(at + (2 * count), Side));
                Vector128<uint> four = Vector128.Create(block.Slice(at + (3 * count), Side));
                (Vector128<ulong> lowerLeft, Vector128<ulong> upperLeft) = (Lower(one, two).AsUInt64(), Upper(one, two).AsUInt64());
                (Vector128<ulong> lowerRight, Vector128<ulong> upperRight) = (Lower(three, four).AsUInt64(), Upper(three, four).AsUInt64());
                Lower(lowerLeft, lowerRight).AsUInt32().CopyTo(first[row..]);
                Upper(lowerLeft, lowerRight).AsUInt32().CopyTo(second[row..]);
                Lower(upperLeft, upperRight).AsUInt32().CopyTo(third[row..]);
                Upper(upperLeft, upperRight).AsUInt32().CopyTo(fourth[row..]);
            }

            PlaceEach(block, count, wholeRows, column, first);
            PlaceEach(block, count, wholeRows, column + 1, second);
            PlaceEach(block, count, wholeRows, column + 2, third);
            PlaceEach(block, count, wholeRows, column + 3, fourth);
        }

        for (int column = wholeColumns; column < inner; column++)
        {
            PlaceEach(block, count, 0, column, destination.Slice(column * stride, height));
        }
    }

    private static void PlaceEach(ReadOnlySpan<uint> block, int count, int firstRow, int column, Span<uint> made)
    {
        for (int row = firstRow; row < made.Length; row++)
        {
            made[row] = block[(row * count) + column + 1];
        }
    }

    // Units of the lower halves, and of the upper ones, in turns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Lower(Vector128<uint> left, Vector128<uint> right) =>
        Sse2.IsSupported ? Sse2.UnpackLow(left, right) : AdvSimd.Arm64.ZipLow(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> Upper(Vector128<uint> left, Vector128<uint> right) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(left, right) : AdvSimd.Arm64.ZipHigh(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Lower(Vector128<ulong> left, Vector128<ulong> right) =>
        Sse2.IsSupported ? Sse2.UnpackLow(left, right) : AdvSimd.Arm64.ZipLow(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Upper(Vector128<ulong> left, Vector128<ulong> right) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(left, right) : AdvSimd.Arm64.ZipHigh(left, right);
}
