using System.Collections.Immutable;

namespace ModelPack.Formats.Gguf;

/// <summary>A tensor record as it stands in the file (gguf.md §1.5).</summary>
/// <param name="Tensor">The tensor. Its rank is the stored number of dimensions: <c>[6]</c> and <c>[6, 1]</c> stay different.</param>
/// <param name="RelativeOffset">The stored offset, counted from the start of the data section.</param>
/// <param name="RecordOffset">Offset of the record in the file.</param>
internal readonly record struct GgufTensorRecord(TensorInfo Tensor, long RelativeOffset, long RecordOffset)
{
    /// <summary>The stored number of dimensions.</summary>
    public int DimensionCount => Tensor.Shape.Length;

    /// <summary>The dimensions as stored, row length first.</summary>
    public ImmutableArray<long> Dimensions => [.. Tensor.Shape.Reverse()];

    /// <summary>The stored type id.</summary>
    public int TypeId => TensorTypes.Get(Tensor.Type).GgmlId!.Value;
}
