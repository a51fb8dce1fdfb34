using ModelPack.Diagnostics;
using ModelPack.Tensors;

namespace ModelPack.Conversion;

/// <summary>Says where NaN and infinity are.</summary>
internal static class FiniteReport
{
    private const int StackedRank = 3;

    /// <summary>The error that a conversion fails with.</summary>
    public static ModelPackException Error(ModelFile file, TensorInfo tensor, in FiniteTally tally, int tensors)
    {
        string others = tensors > 1 ? $"; {Plural.Of(tensors - 1, "other tensor", "has", "have")} some too" : "";
        return new(ConversionErrors.NonFinite, Describe(tensor, tally) + others)
        {
            FilePath = file.Source.Name,
            TensorName = tensor.Name,
            ByteOffset = ByteOffset(tensor, tally),
        };
    }

    /// <summary>Count, first element, and the block it is in.</summary>
    public static string Describe(TensorInfo tensor, in FiniteTally tally)
    {
        TensorTypeInfo type = TensorTypes.Get(tensor.Type);
        if (tally.NonFinite == 0)
        {
            string where = Slice(tensor, tally.FirstBadBlock * type.BlockElements);
            return $"{Plural.Of(tally.BadBlocks, $"{type.Name} block", "has", "have")} a scale that stands for NaN, the first is block "
                + $"{tally.FirstBadBlock}{where}";
        }

        string block = type.BlockElements > 1 ? $" in block {Block(tensor, type, tally.FirstNonFinite)}" : "";
        string slice = Slice(tensor, tally.FirstNonFinite);
        return $"{tally.NaN} NaN and {tally.Infinity} infinite values of {tensor.ElementCount} ({type.Name}), the first is element "
            + $"{tally.FirstNonFinite}{block}{slice}";
    }

    // Experts are stacked along the outermost dimension (gguf.md §6.6).
    private static string Slice(TensorInfo tensor, long element)
    {
        if (tensor.Shape.Length < StackedRank)
        {
            return "";
        }

        string what = tensor.Name.Contains("exp", StringComparison.OrdinalIgnoreCase) ? "expert" : "outermost index";
        return $", {what} {element / (tensor.ElementCount / tensor.Shape[0])} of {tensor.Shape[0]}";
    }

    private static long Block(TensorInfo tensor, TensorTypeInfo type, long element) =>
        type.Rule == PayloadRule.PaddedRows ? PaddedBlock(tensor, type, element) : element / type.BlockElements;

    /// <summary>Offset in the file of the first bad element, or of the block that it is in.</summary>
    public static long ByteOffset(TensorInfo tensor, in FiniteTally tally)
    {
        TensorTypeInfo type = TensorTypes.Get(tensor.Type);
        long block = tally.NonFinite == 0 ? tally.FirstBadBlock : tally.FirstNonFinite / type.BlockElements;
        return type.Rule switch
        {
            PayloadRule.PaddedRows => tensor.Offset + PaddedBlock(tensor, type, tally.FirstNonFinite) * type.BlockBytes,
            PayloadRule.ScaledBytes => tensor.Offset,
            PayloadRule.PackedBits => tensor.Offset + (tally.FirstNonFinite * type.BlockBytes / 8),
            _ => tensor.Offset + (block * type.BlockBytes),
        };
    }

    private static long PaddedBlock(TensorInfo tensor, TensorTypeInfo type, long element)
    {
        long columns = tensor.Shape[^1];
        long blocksInRow = (columns + type.BlockElements - 1) / type.BlockElements;
        return (element / columns * blocksInRow) + (element % columns / type.BlockElements);
    }
}
