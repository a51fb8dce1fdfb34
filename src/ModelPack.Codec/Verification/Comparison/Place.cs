using System.Collections.Immutable;

namespace ModelPack.Verification.Comparison;

/// <summary>Says in words what stands at an offset of a file.</summary>
internal static class Place
{
    /// <summary>A difference at an offset of a file: in a tensor, or in what the file holds beside tensors.</summary>
    public static Difference Describe(ModelFile file, long offset, FileSide side)
    {
        foreach (TensorInfo tensor in file.Tensors)
        {
            if (offset >= tensor.Offset && offset < tensor.Offset + tensor.ByteLength)
            {
                TensorTypeInfo type = TensorTypes.Get(tensor.Type);
                long within = offset - tensor.Offset;
                long element = type.Rule == PayloadRule.Blocks ? within / type.BlockBytes * type.BlockElements : within;
                string unit = type.BlockElements > 1
                    ? $"block {within / type.BlockBytes}, elements from {element} on"
                    : $"element {element}";
                return new(
                    DifferenceKind.Payload, tensor.Name, $"tensor '{tensor.Name}' differs at byte {within} of its payload ({unit})",
                    element, offset) { OffsetIn = side };
            }
        }

        return new(
            DifferenceKind.Container, Region(file, offset), $"{Region(file, offset)} differs at byte {offset} of the {side.Word()} file",
            null, offset) { OffsetIn = side };
    }

    /// <summary>Offset in the file of an element, or of the block that it is in.</summary>
    public static long OffsetOf(TensorInfo tensor, long element)
    {
        TensorTypeInfo type = TensorTypes.Get(tensor.Type);
        long columns = type.Rule == PayloadRule.PaddedRows ? tensor.Shape[^1] : 1;
        return tensor.Offset + type.Rule switch
        {
            PayloadRule.PackedBits => element * type.BlockBytes / 8,
            PayloadRule.ScaledBytes => sizeof(float) + element,
            PayloadRule.PaddedRows =>
                ((element / columns * ((columns + type.BlockElements - 1) / type.BlockElements))
                    + (element % columns / type.BlockElements)) * type.BlockBytes,
            _ => element / type.BlockElements * type.BlockBytes,
        };
    }

    /// <summary>How a sentence names the side.</summary>
    public static string Word(this FileSide side) => side == FileSide.First ? "first" : "second";

    private static string Region(ModelFile file, long offset)
    {
        ImmutableArray<TensorInfo> before = [
            .. file.Tensors.Where(tensor => tensor.ByteLength > 0 && tensor.Offset + tensor.ByteLength <= offset)];
        if (before.IsEmpty)
        {
            return file.HeaderPart(offset);
        }

        TensorInfo last = before.MaxBy(tensor => tensor.Offset)!;
        bool isLast = file.Tensors.All(tensor => tensor.Offset <= last.Offset);
        return isLast ? $"what follows the last tensor ('{last.Name}')" : $"the padding after tensor '{last.Name}'";
    }
}
