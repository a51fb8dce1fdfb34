using System.Collections.Immutable;

namespace ModelPack;

/// <summary>Two values that are not equal, and how far they are apart.</summary>
/// <param name="Element">Index of the element, row by row.</param>
/// <param name="First">Value in the first model.</param>
/// <param name="Second">Value in the second model.</param>
/// <param name="Absolute">|a − b|; NaN or infinity if one of them is no finite number.</param>
/// <param name="Relative">That divided by the larger of |a| and |b|.</param>
/// <param name="Ulps">Steps between them; null where they cannot be counted (<see cref="ToleranceKind.Ulp"/>).</param>
public sealed record ValueDistance(long Element, double First, double Second, double Absolute, double Relative, ulong? Ulps);

/// <summary>The outcome of comparing the values of two models.</summary>
/// <param name="Tolerance">What was asked for.</param>
/// <param name="TensorsCompared">Tensors of the first model.</param>
/// <param name="Distances">Every tensor whose values were compared, in the order of the first model.</param>
/// <param name="Differences">What is beyond the tolerance, and tensors that cannot be compared; empty if the models are equal within
/// it.</param>
/// <param name="Notes">What the comparison could not look at. Metadata are never compared.</param>
public sealed record ToleranceReport(
    ValueTolerance Tolerance, int TensorsCompared, ImmutableArray<TensorDistance> Distances, ImmutableArray<Difference> Differences,
    ImmutableArray<string> Notes)
{
    /// <summary>True if no tensor is missing, was added, or is beyond the tolerance.</summary>
    public bool Passed => Differences.IsEmpty;
}
