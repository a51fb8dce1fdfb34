using ModelPack.Codec.Proof;

namespace ModelPack.Codec.Conversion;

/// <summary>Converts model files and proves each conversion. The one entry point for the build and for the command line.</summary>
public static class ModelConverter
{
    /// <summary>
    /// Converts <paramref name="sourcePath"/> to <paramref name="targetPath"/>, proves it by re-reading and converting back, writes the certificate
    /// <c>TARGET.modelpack.json</c>, and only then gives both their names. On any failure nothing appears under the final names and no temporary file is left.
    /// </summary>
    /// <exception cref="Diagnostics.ModelFormatException">The source breaks a rule of its format.</exception>
    /// <exception cref="Diagnostics.ModelPackException">The conversion is not possible, not lossless, or not proved, or reading or writing failed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Certificate Convert(
        string sourcePath,
        string targetPath,
        ModelFormat to,
        ConversionOptions options,
        IProgress<ConversionProgress>? progress = null,
        CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    /// <summary>Path of the certificate that belongs to an output.</summary>
    public static string CertificatePath(string targetPath) => targetPath + ".modelpack.json";
}
