using System.Collections.Immutable;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Proof;

/// <summary>Says in words what stands at an offset of a file.</summary>
internal static class Place
{
    /// <summary>A difference at an offset of a file: in a tensor, or in what the file holds beside tensors.</summary>
    public static Difference Describe(ModelFile file, long offset)
    {
        foreach (TensorInfo tensor in file.Tensors)
        {
            if (offset >= tensor.Offset && offset < tensor.Offset + tensor.ByteLength)
            {
                TensorTypeInfo type = TensorTypes.Get(tensor.Type);
                long within = offset - tensor.Offset;
                long element = type.Rule == PayloadRule.Blocks ? within / type.BlockBytes * type.BlockElements : within;
                string unit = type.BlockElements > 1 ? $"block {within / type.BlockBytes}, elements from {element} on" : $"element {element}";
                return new(DifferenceKind.Payload, tensor.Name, $"tensor '{tensor.Name}' differs at byte {within} of its payload ({unit})", element, offset);
            }
        }

        return new(DifferenceKind.Container, Region(file, offset), $"{Region(file, offset)} differs at byte {offset} of the file", null, offset);
    }

    private static string Region(ModelFile file, long offset)
    {
        ImmutableArray<TensorInfo> before = [.. file.Tensors.Where(tensor => tensor.ByteLength > 0 && tensor.Offset + tensor.ByteLength <= offset)];
        if (before.IsEmpty)
        {
            return file.HeaderPart(offset);
        }

        TensorInfo last = before.MaxBy(tensor => tensor.Offset)!;
        bool isLast = file.Tensors.All(tensor => tensor.Offset <= last.Offset);
        return isLast ? $"what follows the last tensor ('{last.Name}')" : $"the padding after tensor '{last.Name}'";
    }
}
