using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Tensors.Decoding.Vectorized;

/// <summary>
/// Sixteen quants at a time to scaled floats. All products but those of Q8_K are exact, so fused and separate arithmetic agree
/// (ggml-types.md §7).
/// </summary>
internal static class Lanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load(ReadOnlySpan<byte> bytes, int offset) => Vector128.Create(bytes.Slice(offset, 16));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Low(Vector128<byte> bytes) => bytes & Vector128.Create((byte)15);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> High(Vector128<byte> bytes) => Vector128.ShiftRightLogical(bytes, 4);

    /// <summary>All ones in the lanes where a bit of the byte is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> IsSet(Vector128<byte> bytes, Vector128<byte> bit) => Vector128.Equals(bytes & bit, bit);

    /// <summary>Writes q × scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(Vector128<sbyte> q, float scale, Span<float> destination, int offset)
    {
        Span<float> values = destination.Slice(offset, 16);
        if (Vector512.IsHardwareAccelerated)
        {
            (ToFloat512(q) * Vector512.Create(scale)).CopyTo(values);
            return;
        }

        (Vector256<float> lower, Vector256<float> upper) = ToFloat256(q);
        (lower * Vector256.Create(scale)).CopyTo(values);
        (upper * Vector256.Create(scale)).CopyTo(values[8..]);
    }

    /// <summary>Writes (q × scale) - minimum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ScaleMinus(Vector128<byte> q, float scale, float minimum, Span<float> destination, int offset)
    {
        Span<float> values = destination.Slice(offset, 16);
        if (Vector512.IsHardwareAccelerated)
        {
            ((ToFloat512(q.AsSByte()) * Vector512.Create(scale)) - Vector512.Create(minimum)).CopyTo(values);
            return;
        }

        (Vector256<float> lower, Vector256<float> upper) = ToFloat256(q.AsSByte());
        ((lower * Vector256.Create(scale)) - Vector256.Create(minimum)).CopyTo(values);
        ((upper * Vector256.Create(scale)) - Vector256.Create(minimum)).CopyTo(values[8..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> ToFloat512(Vector128<sbyte> q) =>
        Vector512.ConvertToSingle(Vector512.WidenLower(Vector256.WidenLower(q.ToVector256Unsafe()).ToVector512Unsafe()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<float> Lower, Vector256<float> Upper) ToFloat256(Vector128<sbyte> q)
    {
        Vector256<short> words = Vector256.WidenLower(q.ToVector256Unsafe());
        return (Vector256.ConvertToSingle(Vector256.WidenLower(words)), Vector256.ConvertToSingle(Vector256.WidenUpper(words)));
    }
}
