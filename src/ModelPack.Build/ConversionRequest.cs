using System.Globalization;

namespace ModelPack.Build;

/// <summary>How much a model is looked at: an output that was changed since it was proved, or a model that is only verified.</summary>
internal enum VerifyMode
{
    /// <summary>Every byte counts.</summary>
    Strict,

    /// <summary>It has to be a valid model; its payloads are not looked at.</summary>
    Structural,

    /// <summary>It is not looked at. Only a missing output is made again.</summary>
    None,
}

/// <summary>Whether the output is to be a folder.</summary>
internal enum FolderOutput
{
    /// <summary>Only if it consists of several files.</summary>
    IfNeeded,

    /// <summary>In any case.</summary>
    Always,
}

/// <summary>One model to convert, with absolute paths and checked options. The option texts are in lower case.</summary>
internal sealed record ConversionRequest
{
    /// <summary>A file, or a folder without a separator at its end.</summary>
    public required string Source { get; init; }

    /// <summary>The output, if it is a file.</summary>
    public required string Output { get; init; }

    /// <summary>The output, if it is a folder; ends in a separator.</summary>
    public required string FolderOutput { get; init; }

    public required FolderOutput Folder { get; init; }

    /// <summary>Where Clean looks for what lies outside its folder; null if the output lies within.</summary>
    public string? OutsideList { get; init; }

    /// <summary>Place of the copy, relative to the output folder of the project.</summary>
    public required string Link { get; init; }

    /// <summary>Place of the copy of a folder.</summary>
    public required string FolderLink { get; init; }

    public required string CopyToOutputDirectory { get; init; }

    public required string To { get; init; }

    public required string Quantized { get; init; }

    public required string Naming { get; init; }

    /// <summary>The 16-bit type that matrices are rounded to; empty for none.</summary>
    public required string Dtype { get; init; }

    /// <summary>Whether what loses something, and was asked for, is done.</summary>
    public required bool AllowLossy { get; init; }

    /// <summary>The largest absolute error that rounding may make; null for any.</summary>
    public double? Epsilon { get; init; }

    public required bool AllowNonFinite { get; init; }

    /// <summary>Payload bytes at which a further shard is begun; null for no limit.</summary>
    public long? MaxShardBytes { get; init; }

    /// <summary>XXH128 that the source must have, 32 hexadecimal digits in lower case, or empty.</summary>
    public required string ExpectedHash { get; init; }

    public VerifyMode Verify { get; init; }

    public string State => Output + ".modelpack.state";

    /// <summary>Everything that decides about the bytes of the output.</summary>
    public string OptionsText => string.Create(
        CultureInfo.InvariantCulture,
        $"to={To} quantized={Quantized} naming={Naming} dtype={Dtype} allow-lossy={AllowLossy} epsilon={Epsilon:R} allow-nonfinite={AllowNonFinite} folder={Folder} max-shard-bytes={MaxShardBytes}");

    public static string CertificateOf(string target) => Path.TrimEndingDirectorySeparator(target) + ".modelpack.json";
}
