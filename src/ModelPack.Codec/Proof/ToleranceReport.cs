using System.Collections.Immutable;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Proof;

/// <summary>Two values that are not equal, and how far they are apart.</summary>
/// <param name="Element">Index of the element, row by row.</param>
/// <param name="First">Value in the first model.</param>
/// <param name="Second">Value in the second model.</param>
/// <param name="Absolute">|a − b|; NaN or infinity if one of them is no finite number.</param>
/// <param name="Relative">That divided by the larger of |a| and |b|.</param>
/// <param name="Ulps">Steps between them; null where they cannot be counted (<see cref="ToleranceKind.Ulp"/>).</param>
public sealed record ValueDistance(long Element, double First, double Second, double Absolute, double Relative, ulong? Ulps);

/// <summary>How far the values of two tensors are apart.</summary>
public sealed record TensorDistance
{
    /// <summary>Name in the first model.</summary>
    public required string Name { get; init; }

    /// <summary>Type in the first model.</summary>
    public required TensorType FirstType { get; init; }

    /// <summary>Type in the second model.</summary>
    public required TensorType SecondType { get; init; }

    /// <summary>Elements.</summary>
    public required long Elements { get; init; }

    /// <summary>Elements that are not the same number; −0 and +0 are, and so are two NaN.</summary>
    public required long Different { get; init; }

    /// <summary>Elements beyond the tolerance.</summary>
    public required long Beyond { get; init; }

    /// <summary>Elements that are NaN or infinite in one model and another value in the other. They are beyond every tolerance.</summary>
    public required long NonFinite { get; init; }

    /// <summary>The first element beyond the tolerance; null if there is none.</summary>
    public required ValueDistance? FirstBeyond { get; init; }

    /// <summary>The pair of finite values with the largest absolute distance; null if no two differ.</summary>
    public required ValueDistance? LargestAbsolute { get; init; }

    /// <summary>The pair of finite values with the largest relative distance; null if no two differ.</summary>
    public required ValueDistance? LargestRelative { get; init; }

    /// <summary>The pair of finite values most ULPs apart; null if no two differ, or ULPs cannot be counted.</summary>
    public required ValueDistance? LargestUlps { get; init; }
}

/// <summary>The outcome of comparing the values of two models.</summary>
/// <param name="Tolerance">What was asked for.</param>
/// <param name="TensorsCompared">Tensors of the first model.</param>
/// <param name="Distances">Every tensor whose values were compared, in the order of the first model.</param>
/// <param name="Differences">What is beyond the tolerance, and tensors that cannot be compared; empty if the models are equal within it.</param>
/// <param name="Notes">What the comparison could not look at. Metadata are never compared.</param>
public sealed record ToleranceReport(
    ValueTolerance Tolerance, int TensorsCompared, ImmutableArray<TensorDistance> Distances, ImmutableArray<Difference> Differences, ImmutableArray<string> Notes)
{
    /// <summary>True if no tensor is missing, was added, or is beyond the tolerance.</summary>
    public bool Passed => Differences.IsEmpty;
}
