using System.Collections.Immutable;
using ModelPack.IO;

namespace ModelPack.Formats;

/// <summary>What a conversion has to know of a format in order to write it.</summary>
internal abstract class ContainerTarget
{
    public abstract ModelFormat Format { get; }

    /// <summary>The type that raw bytes are stored as.</summary>
    public abstract TensorType RawType { get; }

    /// <summary>The largest number of dimensions.</summary>
    public abstract int MaximumRank { get; }

    /// <summary>Whether tensors without dimensions are written.</summary>
    public virtual bool HasScalars => true;

    /// <summary>Whether the format has the type.</summary>
    public abstract bool Holds(TensorType type);

    /// <summary>Whether the format can store the name.</summary>
    public abstract bool IsLegalName(string name);

    /// <summary>Lays the output out: one file, or shards.</summary>
    public abstract ModelPlan Layout(OutputContent content);

    /// <summary>The tensors in the order of the list that a reader of the output will see.</summary>
    public abstract IEnumerable<OutputTensor> ReaderOrder(IReadOnlyList<OutputTensor> steps, OutputForm form);

    /// <summary>
    /// The shape under which raw bytes are stored: the innermost dimension counts bytes, so that rows stay rows
    /// (quantized-in-safetensors.md §2). Types whose blocks cross rows become one row.
    /// </summary>
    public ImmutableArray<long> RawShape(TensorInfo tensor)
    {
        TensorTypeInfo type = TensorTypes.Get(tensor.Type);
        ReadOnlySpan<long> shape = tensor.Shape.AsSpan();
        bool hasRows = type.Rule == PayloadRule.Blocks && shape.Length > 0 && tensor.ByteLength > 0;
        return hasRows ? Folded([.. shape[..^1], shape[^1] / type.BlockElements * type.BlockBytes]) : [tensor.ByteLength];
    }

    /// <summary>A shape with its outermost dimensions multiplied together until the format can store it; a scalar where it has none is one
    /// row of one value. The bytes stay the same.</summary>
    public ImmutableArray<long> Folded(ImmutableArray<long> shape)
    {
        if (shape.IsEmpty && !HasScalars)
        {
            return [1];
        }

        if (shape.Length <= MaximumRank)
        {
            return shape;
        }

        int outer = shape.Length - MaximumRank + 1;
        long product = 1;
        foreach (long dimension in shape.AsSpan()[..outer])
        {
            product = checked(product * dimension);
        }

        return [product, .. shape[outer..]];
    }

    /// <summary>A plan whose payloads are counted in a part of the steps, counted in all of them.</summary>
    public static FilePlan Renumbered(FilePlan plan, ImmutableArray<int> tensors) =>
        new([.. plan.Segments.Select(
            segment => segment is PayloadSegment payload ? payload with { Tensor = tensors[payload.Tensor] } : segment)]);
}
