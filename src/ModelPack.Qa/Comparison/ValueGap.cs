using System.Collections.Immutable;
using ModelPack.Models;
using ModelPack.Tensors;
using ModelPack.Verification;
using ModelPack.Verification.Comparison;

namespace ModelPack.Qa.Comparison;

/// <summary>How far the values of two tensors are apart, as apr's <c>diff --values</c> tells it (apr-rosetta.md §2). Sums run over the
/// pairs that are finite.</summary>
internal sealed class ValueGap(TensorInfo first, TensorInfo second)
{
    // Where apr's labels end: identical, nearly, small, medium, large, critical.
    private static readonly double[] Steps = [0, 1e-3, 0.01, 0.1, 1];

    private static readonly string[] Labels = ["Identical", "NearlyIdentical", "SmallDiff", "MediumDiff", "LargeDiff", "Critical"];

    private readonly long[] counts = new long[Labels.Length];
    private long finite;
    private (double Distance, double Square, double Product, double First, double Second) sums;
    private double largest;

    public string Name => first.Name;

    public ImmutableArray<long> FirstShape => first.Shape;

    public ImmutableArray<long> SecondShape => second.Shape;

    public long Elements => first.ElementCount;

    /// <summary>Elements by label; what is NaN or infinite on one side alone is critical.</summary>
    public long Count(string label) => counts[Array.IndexOf(Labels, label)];

    /// <summary>The label of the largest distance.</summary>
    public string Status => Labels[Array.FindLastIndex(counts, count => count > 0) is >= 0 and var label ? label : 0];

    public double? Mean => finite == 0 ? null : sums.Distance / finite;

    public double? Largest => finite == 0 ? null : largest;

    public double? RootMeanSquare => finite == 0 ? null : Math.Sqrt(sums.Square / finite);

    public double? Cosine => sums.First > 0 && sums.Second > 0 ? sums.Product / Math.Sqrt(sums.First) / Math.Sqrt(sums.Second) : null;

    /// <summary>The gaps of all tensors that have a partner of the same shape, and numbers.</summary>
    public static ImmutableArray<ValueGap> Of(ModelFile first, ModelFile second, CancellationToken cancellation)
    {
        ModelPair pair = new(first, second, cancellation);
        (TensorSet left, TensorSet right) = (pair.FirstTensors, pair.SecondTensors);
        TensorPairing pairing = TensorPairing.Of(left.Tensors, right.Tensors, pair.Translate);
        ImmutableArray<ValueGap>.Builder gaps = ImmutableArray.CreateBuilder<ValueGap>();
        for (int i = 0; i < left.Tensors.Count; i++)
        {
            TensorInfo tensor = left.Tensors[i];
            if (pairing.Others[i] is { } other && tensor.Shape.AsSpan().SequenceEqual(other.Shape.AsSpan())
                && NumberReader.WhyNot(tensor) is null && NumberReader.WhyNot(other) is null)
            {
                ValueGap gap = new(tensor, other);
                NumberPairs.Walk(left.Source, tensor, right.Source, other, gap.Add, cancellation);
                gaps.Add(gap);
            }
        }

        return gaps.ToImmutable();
    }

    private bool Add(long element, ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        for (int i = 0; i < left.Length; i++)
        {
            (double one, double other) = (left[i], right[i]);
            double distance = one.Equals(other) ? 0 : Math.Abs(one - other);
            int label = 0;
            while (label < Steps.Length && !(label == 0 ? distance == 0 : distance < Steps[label]))
            {
                label++;
            }

            counts[label]++;
            if (double.IsFinite(one) && double.IsFinite(other))
            {
                finite++;
                sums = (sums.Distance + distance, sums.Square + (distance * distance), sums.Product + (one * other),
                    sums.First + (one * one), sums.Second + (other * other));
                largest = Math.Max(largest, distance);
            }
        }

        return true;
    }
}
