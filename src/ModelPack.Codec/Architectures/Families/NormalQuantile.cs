using System.Globalization;

namespace ModelPack.Architectures.Families;

/// <summary>How many standard deviations above the mean a part of all values lies below: Φ⁻¹ as torch gives it, in single precision
/// (formats/architectures, gemma3n).</summary>
internal static class NormalQuantile
{
    private const float Root2 = 1.41421356f;
    private const int MostDigits = 9;

    /// <summary>Φ⁻¹ of a part: √2 · erf⁻¹(2p − 1), each step rounded.</summary>
    public static float Of(float part) =>
        (2 * part) - 1 is > -1 and var value ? Root2 * (float)InverseError(value) : float.NegativeInfinity;

    /// <summary>The part of fewest decimals that gives the number; null if none does.</summary>
    public static double? PartOf(float quantile)
    {
        if (quantile == float.NegativeInfinity)
        {
            return 0;
        }

        if (!float.IsFinite(quantile))
        {
            return null;
        }

        double part = (1 + Error(quantile / Math.Sqrt(2))) / 2;
        for (int digits = 1; digits <= MostDigits; digits++)
        {
            double rounded = Math.Round(part, digits);
            string text = rounded.ToString("R", CultureInfo.InvariantCulture);
            if (rounded is > 0 and < 1 && Of(float.Parse(text, CultureInfo.InvariantCulture)) == quantile)
            {
                return rounded;
            }
        }

        return null;
    }

    // Halving is slow and exact to the last place, for each of a few dozen layers once.
    private static double InverseError(double value)
    {
        (double low, double high) = (-6, 6);
        for (int step = 0; step < 80; step++)
        {
            double middle = (low + high) / 2;
            (low, high) = Error(middle) < value ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    /// <summary>erf by its series, and by the continued fraction of erfc where that converges faster.</summary>
    private static double Error(double x)
    {
        double size = Math.Abs(x);
        if (size > 3)
        {
            double fraction = 0;
            for (int term = 60; term > 0; term--)
            {
                fraction = term / 2.0 / (size + fraction);
            }

            return Math.CopySign(1 - (Math.Exp(-size * size) / Math.Sqrt(Math.PI) / (size + fraction)), x);
        }

        double sum = 0;
        double power = x;
        for (int term = 0; term < 80; term++)
        {
            sum += power / ((2 * term) + 1);
            power *= -x * x / (term + 1);
        }

        return sum * 2 / Math.Sqrt(Math.PI);
    }
}
