using System.Collections.Immutable;
using ModelPack.Diagnostics;

namespace ModelPack;

/// <summary>A tensor with the statistics of its values.</summary>
public sealed class TensorSummary
{
    internal TensorSummary(TensorInfo tensor, TensorStatistics? statistics, string? notDecoded)
    {
        Tensor = tensor;
        Statistics = statistics;
        NotDecoded = notDecoded;
    }

    /// <summary>Name of the tensor.</summary>
    public string Name => Tensor.Name;

    /// <summary>The tensor as the model means it.</summary>
    internal TensorInfo Tensor { get; }

    /// <summary>Statistics of the values; null if they cannot be told.</summary>
    public TensorStatistics? Statistics { get; }

    /// <summary>Why not; null if they can.</summary>
    public string? NotDecoded { get; }

    /// <summary>For people: name and values.</summary>
    public override string ToString() => SafeText.Escape($"{Name}: {(Statistics is null ? NotDecoded : Statistics)}");
}

/// <summary>How much of a model has one type.</summary>
/// <param name="Type">The type.</param>
/// <param name="Tensors">Number of tensors.</param>
/// <param name="Elements">Number of elements.</param>
/// <param name="Bytes">Payload bytes.</param>
internal sealed record TypeShare(TensorType Type, int Tensors, decimal Elements, long Bytes)
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
