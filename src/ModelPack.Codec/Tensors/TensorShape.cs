using ModelPack.IO;

namespace ModelPack.Tensors;

/// <summary>Arithmetic on shapes: dimensions outermost first, as SafeTensors, APR and PyTorch write them (GGUF stores the
/// reverse).</summary>
internal static class TensorShape
{
    /// <summary>Multiplies the dimensions. Zeros count as one while overflow is looked for, so that a zero cannot hide it.</summary>
    /// <returns>False if a dimension is negative or the product does not fit in 63 bits.</returns>
    public static bool TryCountElements(ReadOnlySpan<long> shape, out long elements)
    {
        elements = 1;
        bool empty = false;
        foreach (long dimension in shape)
        {
            if (dimension < 0 || !CheckedMath.TryMultiply(elements, Math.Max(dimension, 1), out elements))
            {
                return false;
            }

            empty |= dimension == 0;
        }

        if (empty)
        {
            elements = 0;
        }

        return true;
    }

    /// <summary>Writes a shape the way people read it: <c>[4096, 11008]</c>.</summary>
    public static string Format(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}
