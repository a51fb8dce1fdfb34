namespace ModelPack.Build;

/// <summary>One model to convert, with absolute paths and checked options. The option texts are in lower case.</summary>
internal sealed record ConversionRequest
{
    public required string Source { get; init; }

    public required string Output { get; init; }

    /// <summary>Where Clean looks for what lies outside its folder; null if the output lies within.</summary>
    public string? OutsideList { get; init; }

    /// <summary>Place of the copy, relative to the output folder of the project.</summary>
    public required string Link { get; init; }

    public required string CopyToOutputDirectory { get; init; }

    public required string To { get; init; }

    public required string Quantized { get; init; }

    public required string Naming { get; init; }

    public required string AllowNonFinite { get; init; }

    /// <summary>XXH128 that the source must have, 32 hexadecimal digits in lower case, or empty.</summary>
    public required string ExpectedHash { get; init; }

    public string Certificate => Output + ".modelpack.json";

    public string State => Output + ".modelpack.state";

    /// <summary>Everything that decides about the bytes of the output.</summary>
    public string OptionsText => $"to={To} quantized={Quantized} naming={Naming} allow-nonfinite={AllowNonFinite}";
}
