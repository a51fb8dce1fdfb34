using System.Collections.Immutable;
using ModelPack.Verification.Tolerance;

namespace ModelPack;

/// <summary>Two values that are not equal, and how far they are apart.</summary>
/// <param name="Element">Index of the element, row by row.</param>
/// <param name="First">Value in the first model.</param>
/// <param name="Second">Value in the second model.</param>
/// <param name="Absolute">|a − b|; NaN or infinity if one of them is no finite number.</param>
/// <param name="Relative">That divided by the larger of |a| and |b|.</param>
/// <param name="Ulps">Steps between them; null where they cannot be counted (<see cref="ToleranceKind.Ulp"/>).</param>
internal sealed record ValueDistance(long Element, double First, double Second, double Absolute, double Relative, ulong? Ulps);

/// <summary>The outcome of comparing the values of two models. Metadata are not compared.</summary>
public sealed class ToleranceReport : ComparisonReport
{
    internal ToleranceReport(
        ValueTolerance tolerance, int tensorsCompared, ImmutableArray<TensorDistance> distances, ImmutableArray<Difference> differences,
        ImmutableArray<string> notes)
        : base(tensorsCompared, differences, notes)
    {
        Tolerance = tolerance;
        Distances = distances;
    }

    /// <summary>What was asked for.</summary>
    public ValueTolerance Tolerance { get; }

    /// <summary>Every tensor whose values were compared, in the order of the first model.</summary>
    internal ImmutableArray<TensorDistance> Distances { get; }

    /// <summary>True if no tensor is missing, was added, or is beyond the tolerance.</summary>
    public bool Passed => Differences.IsEmpty;

    /// <summary>For people: whether the models are equal, or the first difference.</summary>
    public override string ToString() => Passed ? $"equal within {Tolerance}" : $"not equal within {Tolerance}: {Differences[0].Text}";
}
