using System.Collections.Immutable;
using ModelPack.Diagnostics;

namespace ModelPack;

/// <summary>
/// What the values of a tensor look like: F64 and whole numbers as they are, all other types decoded to float32. The sums behind mean and
/// deviation are exact, so the same values give the same statistics whatever the container, the chunks and the threads.
/// </summary>
public sealed class TensorStatistics
{
    internal TensorStatistics()
    {
    }

    /// <summary>Elements.</summary>
    public long Count { get; internal init; }

    /// <summary>Elements that are NaN.</summary>
    public long NaN { get; internal init; }

    /// <summary>Elements that are plus or minus infinity.</summary>
    public long Infinity { get; internal init; }

    /// <summary>Elements that are plus or minus zero.</summary>
    public long Zeros { get; internal init; }

    /// <summary>Elements that are subnormal: as float64 numbers for F64, as float32 numbers for other types; no whole number is.</summary>
    public long Subnormals { get; internal init; }

    /// <summary>Smallest finite value; -0 counts as smaller than +0; null if there is none. Whole numbers beyond 2^53 are
    /// rounded.</summary>
    public double? Minimum { get; internal init; }

    /// <summary>Largest finite value; null if there is none. Whole numbers beyond 2^53 are rounded.</summary>
    public double? Maximum { get; internal init; }

    /// <summary>Smallest value of a type that holds whole numbers, with all digits; null for other types, and if there is none.</summary>
    internal Int128? WholeMinimum { get; init; }

    /// <summary>Largest value of a type that holds whole numbers, with all digits; null for other types, and if there is none.</summary>
    internal Int128? WholeMaximum { get; init; }

    /// <summary>Mean of the finite values, correctly rounded; null if there is none.</summary>
    public double? Mean { get; internal init; }

    /// <summary>
    /// Standard deviation of the finite values (divided by their number); null if there is none. It is the square root of their exact
    /// variance, rounded once to 53 bits before and once after.
    /// </summary>
    public double? StandardDeviation { get; internal init; }

    /// <summary>
    /// Finite values other than zero by magnitude, 64 bins: bin i counts those from 2^(i-48) to below 2^(i-47); the first also takes all
    /// smaller and the last all larger ones.
    /// </summary>
    public ImmutableArray<long> Magnitudes { get; internal init; }

    /// <summary>For people: how many values there are, their range and mean.</summary>
    public override string ToString() => Minimum is null ? $"{Plural.Of(Count, "value")}, none of them finite" : string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{Plural.Of(Count, "value")} from {Minimum:R} to {Maximum:R}, mean {Mean:R}");
}
