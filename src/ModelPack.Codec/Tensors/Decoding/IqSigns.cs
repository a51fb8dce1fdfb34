using System.Numerics;

namespace ModelPack.Codec.Tensors.Decoding;

/// <summary>Signs of the IQ2 and IQ3 types (ggml-types.md §6).</summary>
internal static class IqSigns
{
    /// <summary>Seven stored sign bits; the eighth makes the number of minus signs even.</summary>
    public static int Expand(uint index) => (int)(index | ((uint)(BitOperations.PopCount(index) & 1) << 7));

    /// <summary>Writes scaled magnitudes; bit j of <paramref name="signs"/> flips the sign of element j, also of zero and NaN.</summary>
    public static void Write(ReadOnlySpan<byte> row, float scale, int signs, Span<float> values)
    {
        for (int j = 0; j < row.Length; j++)
        {
            values[j] = ScaleFormats.NegateIf(((signs >> j) & 1) != 0, scale * row[j]);
        }
    }
}
