using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace ModelPack.Tensors.Decoding;

/// <summary>Signs of the IQ2 and IQ3 types (ggml-types.md §6).</summary>
internal static class IqSigns
{
    private static readonly Vector256<uint> BitOfElement = Vector256.Create(1u, 2, 4, 8, 16, 32, 64, 128);

    /// <summary>Seven stored sign bits; the eighth makes the number of minus signs even.</summary>
    public static int Expand(uint index) => (int)(index | ((uint)(BitOperations.PopCount(index) & 1) << 7));

    /// <summary>Writes eight scaled magnitudes; bit j of <paramref name="signs"/> flips the sign of element j, also of zero and
    /// NaN.</summary>
    public static void Write(ulong row, float scale, int signs, Span<float> values)
    {
        if (!Vector128.IsHardwareAccelerated)
        {
            WriteScalar(row, scale, signs, values);
            return;
        }

        Vector128<short> magnitudes = Vector128.WidenLower(Vector128.CreateScalar(row).AsSByte());
        Vector256<int> wide = Vector256.WidenLower(magnitudes.ToVector256Unsafe());
        Vector256<uint> product = (Vector256.ConvertToSingle(wide) * Vector256.Create(scale)).AsUInt32();
        Vector256<uint> isNegative = Vector256.Equals(Vector256.Create((uint)signs) & BitOfElement, BitOfElement);
        (product ^ (isNegative & Vector256.Create(0x8000_0000u))).AsSingle().CopyTo(values);
    }

    /// <summary>The scalar twin.</summary>
    public static void WriteScalar(ulong row, float scale, int signs, Span<float> values)
    {
        for (int j = 0; j < 8; j++)
        {
            values[j] = ScaleFormats.NegateIf(((signs >> j) & 1) != 0, scale * (byte)(row >> (8 * j)));
        }
    }

    /// <summary>Row of eight magnitudes, the first in the lowest byte.</summary>
    public static ulong Row8(byte[] grid, int index) => BinaryPrimitives.ReadUInt64LittleEndian(grid.AsSpan(8 * index, 8));

    /// <summary>Two rows of four magnitudes.</summary>
    public static ulong Row4(byte[] grid, int first, int second) =>
        BinaryPrimitives.ReadUInt32LittleEndian(grid.AsSpan(4 * first, 4))
        | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(grid.AsSpan(4 * second, 4)) << 32);
}
