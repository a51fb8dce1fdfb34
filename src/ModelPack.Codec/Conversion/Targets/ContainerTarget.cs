using System.Collections.Immutable;
using ModelPack.Codec.IO;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Conversion.Targets;

/// <summary>What a conversion has to know of a format in order to write it.</summary>
internal abstract class ContainerTarget
{
    public abstract ModelFormat Format { get; }

    /// <summary>The type that raw bytes are stored as.</summary>
    public abstract TensorType RawType { get; }

    /// <summary>The largest number of dimensions.</summary>
    public abstract int MaximumRank { get; }

    /// <summary>Whether the format has the type.</summary>
    public abstract bool Holds(TensorType type);

    /// <summary>Whether the format can store the name.</summary>
    public abstract bool IsLegalName(string name);

    /// <summary>Lays a file out.</summary>
    public abstract FilePlan Layout(OutputContent content);

    /// <summary>For each step, its place in the tensor list that a reader of the file will see.</summary>
    public abstract int[] ReaderOrder(IReadOnlyList<TensorStep> steps);

    public static ContainerTarget For(ModelFormat format) => format switch
    {
        ModelFormat.Gguf => new GgufTarget(),
        ModelFormat.Apr => new AprTarget(),
        ModelFormat.SafeTensors => new SafeTensorsTarget(),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>
    /// The shape under which raw bytes are stored: the innermost dimension counts bytes, so that rows stay rows (quantized-in-safetensors.md §2).
    /// Types whose blocks cross rows become one row.
    /// </summary>
    public ImmutableArray<long> RawShape(TensorInfo tensor)
    {
        TensorTypeInfo type = TensorTypes.Get(tensor.Type);
        ReadOnlySpan<long> shape = tensor.Shape.AsSpan();
        bool hasRows = type.Rule == PayloadRule.Blocks && shape.Length > 0 && tensor.ByteLength > 0;
        return hasRows ? Folded([.. shape[..^1], shape[^1] / type.BlockElements * type.BlockBytes]) : [tensor.ByteLength];
    }

    /// <summary>A shape with its outermost dimensions multiplied together until the format can store it. The bytes stay the same.</summary>
    public ImmutableArray<long> Folded(ReadOnlySpan<long> shape)
    {
        if (shape.Length <= MaximumRank)
        {
            return [.. shape];
        }

        int outer = shape.Length - MaximumRank + 1;
        long product = 1;
        foreach (long dimension in shape[..outer])
        {
            product = checked(product * dimension);
        }

        return [product, .. shape[outer..]];
    }

    protected static int[] Inverse(IEnumerable<int> order)
    {
        int[] places = order.ToArray();
        int[] inverse = new int[places.Length];
        for (int place = 0; place < places.Length; place++)
        {
            inverse[places[place]] = place;
        }

        return inverse;
    }
}

/// <summary>What goes into an output file.</summary>
/// <param name="Source">The file converted, for its metadata.</param>
/// <param name="Steps">The tensors.</param>
/// <param name="Carried">The description of carried tensors, if there are any.</param>
/// <param name="Origin">The origin record, if one is embedded.</param>
internal sealed record OutputContent(ModelFile Source, IReadOnlyList<TensorStep> Steps, string? Carried, byte[]? Origin);
