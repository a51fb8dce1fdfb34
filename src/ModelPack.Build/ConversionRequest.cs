using System.Globalization;
using ModelPack.IO.Names;

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

    /// <summary>Whether the source is the model that its path means, or that file alone.</summary>
    public PathScope Scope { get; init; }

    /// <summary>The output, if it is a file.</summary>
    public required string Output { get; init; }

    /// <summary>The output, if it is a folder; ends in a separator.</summary>
    public required string FolderOutput { get; init; }

    /// <summary>The folder that the output lies in by the word of the project or the item: that of all outputs, or that of
    /// OutputPath.</summary>
    public required string Root { get; init; }

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

    /// <summary>Whether the output is the part of the model that sees.</summary>
    public required bool Mmproj { get; init; }

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

    /// <summary>True if the item says what becomes of quantized tensors, so that it knows how large the output becomes.</summary>
    public required bool SaysQuantized { get; init; }

    /// <summary>The origin record: embed or none.</summary>
    public required string Origin { get; init; }

    /// <summary>Worker threads; 0 for one a processor.</summary>
    public required int Threads { get; init; }

    /// <summary>Whether the certificate has SHA-256 too.</summary>
    public required bool CertificateSha256 { get; init; }

    /// <summary>Whether the side file goes where the model goes.</summary>
    public required bool CopiesSideFile { get; init; }

    /// <summary>Whether an output that the target's own programs cannot use is an error.</summary>
    public required bool RequireUsable { get; init; }

    /// <summary>Metadata that are not ours, for the engine and whoever else reads the items of the outputs.</summary>
    public required IReadOnlyDictionary<string, string> PassedOn { get; init; }

    public string State => StateOf(Output);

    /// <summary>Everything that decides about the bytes of the output. A word that 0.1.0 did not know is there only if it has effect, so
    /// that states of that version hold.</summary>
    public string OptionsText => string.Create(
        CultureInfo.InvariantCulture,
        $"to={To} scope={Scope} quantized={Quantized} naming={Naming} {(Mmproj ? "mmproj " : "")}origin={Origin} "
            + $"sha256={CertificateSha256} dtype={Dtype} allow-lossy={AllowLossy} epsilon={Epsilon:R} allow-nonfinite={AllowNonFinite} "
            + $"folder={Folder} max-shard-bytes={MaxShardBytes}");

    public static string StateOf(string output) => output + ".modelpack.state";

    public static string CertificateOf(string target) => Path.TrimEndingDirectorySeparator(target) + MemberName.CertificateEnding;
}
