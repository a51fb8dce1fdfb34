using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ModelPack.Tensors.Grids;

namespace ModelPack.Tensors.Decoding.Vectorized;

/// <summary>Vectorised twins of <see cref="Iq1Blocks"/>.</summary>
internal static class Iq1Vectors
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void IQ1_S(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[50..], destination = destination[256..])
        {
            float d = ScaleFormats.Half(blocks, 0);
            for (int g = 0; g < 8; g++)
            {
                uint indexes = BinaryPrimitives.ReadUInt32LittleEndian(blocks.Slice(2 + (4 * g), 4));
                int high = BinaryPrimitives.ReadUInt16LittleEndian(blocks.Slice(34 + (2 * g), 2));
                Vector256<float> dl = Vector256.Create(d * ((2 * ((high >> 12) & 7)) + 1));
                Vector256<float> delta = Vector256.Create(Iq1Blocks.Delta(high >> 15));
                Span<float> values = destination.Slice(32 * g, 32);
                Write((int)(indexes & 0xFF) | ((high & 7) << 8), dl, delta, values, 0);
                Write((int)((indexes >> 8) & 0xFF) | (((high >> 3) & 7) << 8), dl, delta, values, 8);
                Write((int)((indexes >> 16) & 0xFF) | (((high >> 6) & 7) << 8), dl, delta, values, 16);
                Write((int)(indexes >> 24) | (((high >> 9) & 7) << 8), dl, delta, values, 24);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void IQ1_M(ReadOnlySpan<byte> blocks, Span<float> destination)
    {
        for (; !blocks.IsEmpty; blocks = blocks[56..], destination = destination[256..])
        {
            float d = Iq1Blocks.ScatteredScale(blocks.Slice(48, 8));
            ulong words = BinaryPrimitives.ReadUInt64LittleEndian(blocks.Slice(48, 8));
            for (int t = 0; t < 16; t++)
            {
                int scale = (int)(words >> ((16 * (t / 4)) + (3 * (t % 4)))) & 7;
                Vector256<float> dl = Vector256.Create(d * ((2 * scale) + 1));
                int indexes = BinaryPrimitives.ReadUInt16LittleEndian(blocks.Slice(2 * t, 2));
                int high = blocks[32 + t];
                Span<float> values = destination.Slice(16 * t, 16);
                Write((indexes & 0xFF) | ((high & 7) << 8), dl, Vector256.Create(Iq1Blocks.Delta(high >> 3)), values, 0);
                Write((indexes >> 8) | ((high & 0x70) << 4), dl, Vector256.Create(Iq1Blocks.Delta(high >> 7)), values, 8);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(int index, Vector256<float> scale, Vector256<float> delta, Span<float> values, int offset)
    {
        ulong row = IqSigns.Row8(IqGrids.Iq1S, index);
        Vector128<short> narrow = Vector128.WidenLower(Vector128.CreateScalar(row).AsSByte());
        Vector256<int> wide = Vector256.WidenLower(narrow.ToVector256Unsafe());
        (scale * (Vector256.ConvertToSingle(wide) + delta)).CopyTo(values.Slice(offset, 8));
    }
}
