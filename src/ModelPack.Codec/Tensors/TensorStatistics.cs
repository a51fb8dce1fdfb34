using System.Collections.Immutable;

namespace ModelPack;

/// <summary>
/// What the values of a tensor look like: F64 and whole numbers as they are, all other types decoded to float32. The sums behind mean and
/// deviation are exact, so the same values give the same statistics whatever the container, the chunks and the threads.
/// </summary>
public sealed record TensorStatistics
{
    /// <summary>Elements.</summary>
    public required long Count { get; init; }

    /// <summary>Elements that are NaN.</summary>
    public required long NaN { get; init; }

    /// <summary>Elements that are plus or minus infinity.</summary>
    public required long Infinity { get; init; }

    /// <summary>Elements that are plus or minus zero.</summary>
    public required long Zeros { get; init; }

    /// <summary>Elements that are subnormal: as float64 numbers for F64, as float32 numbers for other types; no whole number is.</summary>
    public required long Subnormals { get; init; }

    /// <summary>Smallest finite value; -0 counts as smaller than +0; null if there is none. Whole numbers beyond 2^53 are
    /// rounded.</summary>
    public required double? Minimum { get; init; }

    /// <summary>Largest finite value; null if there is none. Whole numbers beyond 2^53 are rounded.</summary>
    public required double? Maximum { get; init; }

    /// <summary>Smallest value of a type that holds whole numbers, with all digits; null for other types, and if there is none.</summary>
    public Int128? WholeMinimum { get; init; }

    /// <summary>Largest value of a type that holds whole numbers, with all digits; null for other types, and if there is none.</summary>
    public Int128? WholeMaximum { get; init; }

    /// <summary>Mean of the finite values, correctly rounded; null if there is none.</summary>
    public required double? Mean { get; init; }

    /// <summary>
    /// Standard deviation of the finite values (divided by their number); null if there is none. It is the square root of their exact
    /// variance, rounded once to 53 bits before and once after.
    /// </summary>
    public required double? StandardDeviation { get; init; }

    /// <summary>
    /// Finite values other than zero by magnitude, 64 bins: bin i counts those from 2^(i-48) to below 2^(i-47); the first also takes all
    /// smaller and the last all larger ones.
    /// </summary>
    public required ImmutableArray<long> Magnitudes { get; init; }
}
