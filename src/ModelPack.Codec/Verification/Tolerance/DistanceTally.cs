namespace ModelPack.Verification.Tolerance;

/// <summary>Collects how far values are apart.</summary>
internal sealed class DistanceTally(TensorInfo first, TensorInfo second, ValueTolerance tolerance)
{
    private readonly bool isWide = first.Type == TensorType.F64 && second.Type == TensorType.F64;
    private long different;
    private long beyond;
    private long nonFinite;
    private ValueDistance? firstBeyond;
    private ValueDistance? absolute;
    private ValueDistance? relative;
    private ValueDistance? ulps;

    /// <summary>False if ULPs are asked for, and these types have none in common.</summary>
    public static bool CanMeasure(TensorInfo first, TensorInfo second, ValueTolerance tolerance) =>
        tolerance.Kind != ToleranceKind.Ulp || HasUlps(first, second);

    public void Add(long firstElement, ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        for (int i = 0; i < left.Length; i++)
        {
            if (left[i] != right[i] && !(double.IsNaN(left[i]) && double.IsNaN(right[i])))
            {
                Add(Measure(firstElement + i, left[i], right[i]));
            }
        }
    }

    public TensorDistance ToDistance() => new()
    {
        Name = first.Name,
        FirstType = first.Type,
        SecondType = second.Type,
        Elements = first.ElementCount,
        Different = different,
        Beyond = beyond,
        NonFinite = nonFinite,
        FirstBeyond = firstBeyond,
        LargestAbsolute = absolute,
        LargestRelative = relative,
        LargestUlps = ulps,
    };

    private static bool HasUlps(TensorInfo first, TensorInfo second) => (first.Type == TensorType.F64) == (second.Type == TensorType.F64);

    private void Add(ValueDistance distance)
    {
        different++;

        // From infinity or NaN no distance of any kind is a number that is within a limit.
        if (!IsWithin(distance))
        {
            beyond++;
            firstBeyond ??= distance;
        }

        if (!double.IsFinite(distance.First) || !double.IsFinite(distance.Second))
        {
            nonFinite++;
            return;
        }

        absolute = absolute is null || distance.Absolute > absolute.Absolute ? distance : absolute;
        relative = relative is null || distance.Relative > relative.Relative ? distance : relative;
        ulps = distance.Ulps is { } steps && (ulps is null || steps > ulps.Ulps) ? distance : ulps;
    }

    private bool IsWithin(ValueDistance distance) => tolerance.Kind switch
    {
        ToleranceKind.Absolute => distance.Absolute <= tolerance.Limit,
        ToleranceKind.Relative => distance.Relative <= tolerance.Limit,
        ToleranceKind.Ulp => distance.Ulps <= tolerance.Limit,
        _ => throw new InvalidOperationException($"unknown tolerance {tolerance.Kind}"),
    };

    private ValueDistance Measure(long element, double left, double right)
    {
        double distance = Math.Abs(left - right);
        double larger = Math.Max(Math.Abs(left), Math.Abs(right));

        // Halved first where the distance itself is larger than every number.
        double share = double.IsFinite(distance) ? distance / larger : Math.Abs((left / 2) - (right / 2)) / (larger / 2);
        bool isCounted = HasUlps(first, second) && double.IsFinite(left) && double.IsFinite(right);
        return new(element, left, right, distance, share, isCounted ? (ulong)Int128.Abs((Int128)Place(left) - Place(right)) : null);
    }

    // Number of the value among all of its type, both zeros being number 0.
    private long Place(double value)
    {
        long bits = isWide
            ? BitConverter.DoubleToInt64Bits(value) & long.MaxValue
            : BitConverter.SingleToInt32Bits((float)value) & int.MaxValue;
        return double.IsNegative(value) ? -bits : bits;
    }
}
