namespace ModelPack;

/// <summary>What rounding a tensor cost: measured over every value of the output, against the values that were rounded.</summary>
public sealed class TensorLoss
{
    internal TensorLoss(string type, double absolute, long absoluteElement, double relative, long relativeElement)
    {
        Type = type;
        Absolute = absolute;
        AbsoluteElement = absoluteElement;
        Relative = relative;
        RelativeElement = relativeElement;
    }

    /// <summary>The narrower type.</summary>
    public string Type { get; }

    /// <summary>The largest distance; infinite if a value was beyond the range of the type.</summary>
    public double Absolute { get; }

    /// <summary>The element of the output with that distance.</summary>
    public long AbsoluteElement { get; }

    /// <summary>The largest distance divided by the magnitude of the value.</summary>
    public double Relative { get; }

    /// <summary>The element of the output with that quotient.</summary>
    public long RelativeElement { get; }

    /// <summary>For people: the type, and the largest distances.</summary>
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{Type}: {Absolute:R} at most, {Relative:R} of the value");
}
