using System.Text;

namespace ModelPack.Formats.SafeTensors;

/// <summary>How a size follows from shape and type.</summary>
internal enum SizeRule
{
    /// <summary>The size is known.</summary>
    Holds,

    /// <summary>The product of the dimensions, or of elements and bits, exceeds 64 bits.</summary>
    Overflows,

    /// <summary>The elements do not fill whole bytes.</summary>
    PartialByte,
}

/// <summary>The 22 dtypes of the format, in the ascending order of the reference library, which fixes the order of written files
/// (safetensors.md §3).</summary>
internal static class SafeTensorsTypes
{
    private static readonly TensorType[] Ascending =
    [
        TensorType.Bool, TensorType.F4, TensorType.F6E2M3, TensorType.F6E3M2, TensorType.U8, TensorType.I8,
        TensorType.F8E5M2, TensorType.F8E4M3, TensorType.F8E8M0, TensorType.F8E4M3Fnuz, TensorType.F8E5M2Fnuz,
        TensorType.I16, TensorType.U16, TensorType.F16, TensorType.BF16, TensorType.I32, TensorType.U32, TensorType.F32,
        TensorType.C64, TensorType.F64, TensorType.I64, TensorType.U64,
    ];

    private static readonly byte[][] Names = [.. Ascending.Select(type => Encoding.ASCII.GetBytes(TensorTypes.Get(type).Name))];

    public static IReadOnlyList<TensorType> All => Ascending;

    /// <summary>Place in the reference order; -1 for a type that the format does not have.</summary>
    public static int Rank(TensorType type) => Array.IndexOf(Ascending, type);

    public static bool TryGet(ReadOnlySpan<byte> name, out TensorType type)
    {
        for (int i = 0; i < Names.Length; i++)
        {
            if (name.SequenceEqual(Names[i]))
            {
                type = Ascending[i];
                return true;
            }
        }

        type = default;
        return false;
    }

    public static int Bits(TensorType type)
    {
        TensorTypeInfo info = TensorTypes.Get(type);
        return info.Rule == PayloadRule.PackedBits ? info.BlockBytes : info.BlockBytes * 8;
    }

    /// <summary>Multiplies from left to right, as the reference library does: a zero stops an overflow behind it, not one before it
    /// (safetensors.md §6).</summary>
    public static SizeRule Measure(ReadOnlySpan<long> shape, TensorType type, out long bytes)
    {
        UInt128 product = 1;
        bytes = 0;
        foreach (long dimension in shape)
        {
            product *= (ulong)dimension;
            if (product > ulong.MaxValue)
            {
                return SizeRule.Overflows;
            }
        }

        product *= (uint)Bits(type);
        if (product > ulong.MaxValue)
        {
            return SizeRule.Overflows;
        }

        bytes = (long)(product / 8);
        return product % 8 == 0 ? SizeRule.Holds : SizeRule.PartialByte;
    }
}
