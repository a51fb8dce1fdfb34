using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ModelPack;

/// <summary>How a distance between two values is measured.</summary>
internal enum ToleranceKind
{
    /// <summary>|a − b|.</summary>
    Absolute,

    /// <summary>|a − b| divided by the larger of |a| and |b|.</summary>
    Relative,

    /// <summary>
    /// Steps from one float32 value to the next; of two F64 tensors, steps of float64. Both zeros are one value. Between F64 and another
    /// type there is no such count.
    /// </summary>
    Ulp,
}

/// <summary>
/// How far two values may be apart to count as equal. NaN equals NaN, whichever it is, and an infinity equals itself; against any other
/// value both are beyond every tolerance.
/// </summary>
public sealed class ValueTolerance
{
    private const string RelativeEnding = "rel";
    private const string UlpEnding = "ulp";

    private ValueTolerance(ToleranceKind kind, double limit) => (Kind, Limit) = (kind, limit);

    /// <summary>The measure.</summary>
    internal ToleranceKind Kind { get; }

    /// <summary>The largest distance that counts as equal.</summary>
    public double Limit { get; }

    /// <summary>The largest difference that counts as equal.</summary>
    /// <param name="limit">A finite number from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is negative, NaN or infinite.</exception>
    /// <example>
    /// <code>
    /// ToleranceReport report = ModelVerifier.Verify("qwen-f16.gguf", "qwen-f32.gguf", ValueTolerance.Absolute(1e-3));
    /// </code>
    /// </example>
    public static ValueTolerance Absolute(double limit) =>
        double.IsFinite(limit) && limit >= 0
        ? new(ToleranceKind.Absolute, limit)
        : throw new ArgumentOutOfRangeException(nameof(limit), limit, "a finite number from 0 is needed");

    /// <summary>
    /// Reads <c>1e-3</c> (absolute), <c>1e-3rel</c> (relative) or <c>4ulp</c> (a whole number of ULPs). Signs, NaN and infinity are no
    /// limits.
    /// </summary>
    internal static bool TryParse(string? text, [NotNullWhen(true)] out ValueTolerance? tolerance)
    {
        tolerance = null;
        if (text is null)
        {
            return false;
        }

        (ToleranceKind kind, string ending, NumberStyles style) = text.EndsWith(RelativeEnding, StringComparison.Ordinal)
            ? (ToleranceKind.Relative, RelativeEnding, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent)
            : text.EndsWith(UlpEnding, StringComparison.Ordinal)
                ? (ToleranceKind.Ulp, UlpEnding, NumberStyles.None)
                : (ToleranceKind.Absolute, "", NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent);
        if (double.TryParse(text.AsSpan(0, text.Length - ending.Length), style, CultureInfo.InvariantCulture, out double limit)
            && double.IsFinite(limit) && !double.IsNegative(limit))
        {
            tolerance = new(kind, limit);
        }

        return tolerance is not null;
    }

    /// <summary>The text that <see cref="TryParse"/> reads.</summary>
    public override string ToString() => Limit.ToString("R", CultureInfo.InvariantCulture) + Kind switch
    {
        ToleranceKind.Relative => RelativeEnding,
        ToleranceKind.Ulp => UlpEnding,
        _ => "",
    };
}
