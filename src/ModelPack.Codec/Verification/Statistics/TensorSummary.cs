using System.Collections.Immutable;

namespace ModelPack;

/// <summary>A tensor with the statistics of its values.</summary>
/// <param name="Tensor">The tensor as the model means it.</param>
/// <param name="Statistics">Statistics of the values; null if they cannot be told.</param>
/// <param name="NotDecoded">Why not; null if they can.</param>
public sealed record TensorSummary(TensorInfo Tensor, TensorStatistics? Statistics, string? NotDecoded);

/// <summary>How much of a model has one type.</summary>
/// <param name="Type">The type.</param>
/// <param name="Tensors">Number of tensors.</param>
/// <param name="Elements">Number of elements.</param>
/// <param name="Bytes">Payload bytes.</param>
public sealed record TypeShare(TensorType Type, int Tensors, decimal Elements, long Bytes)
{
    /// <summary>The types of a list of tensors, the one with most bytes first.</summary>
    public static ImmutableArray<TypeShare> Of(IEnumerable<TensorInfo> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        return
        [
            .. tensors.GroupBy(tensor => tensor.Type)
                .Select(group => new TypeShare(
                    group.Key, group.Count(), group.Sum(tensor => (decimal)tensor.ElementCount),
                    checked(group.Sum(tensor => tensor.ByteLength))))
                .OrderByDescending(share => share.Bytes).ThenBy(share => share.Type),
        ];
    }
}
