using ModelPack.Conversion;
using ModelPack.Models;
using ModelPack.Verification.Tolerance;

namespace ModelPack;

/// <content>Values that may be apart by a tolerance.</content>
public static partial class ModelVerifier
{
    /// <summary>
    /// Compares the decoded values of two models, whose types may differ. Whole numbers, BOOL and C64 have no tolerance: they have to be
    /// the same bits. Metadata are not compared.
    /// </summary>
    /// <param name="firstPath">A model.</param>
    /// <param name="secondPath">Another one.</param>
    /// <param name="tolerance">How far apart values may be.</param>
    /// <param name="scope">Whether the path of a file stands for the model, or for the file alone.</param>
    /// <param name="progress">Hears how far the work is.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelPackException">One of the files is a certificate: it holds hashes, not values.</exception>
    /// <exception cref="ModelFormatException">A file breaks a rule of its format.</exception>
    /// <example>
    /// <code>
    /// ToleranceReport report = ModelVerifier.Verify("qwen-f16.gguf", "qwen-f32.gguf", ValueTolerance.Absolute(1e-3));
    /// </code>
    /// </example>
    public static ToleranceReport Verify(
        string firstPath,
        string secondPath,
        ValueTolerance tolerance,
        PathScope scope = PathScope.Model,
        IProgress<ConversionProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(firstPath);
        ArgumentNullException.ThrowIfNull(secondPath);
        ArgumentNullException.ThrowIfNull(tolerance);
        if (new[] { firstPath, secondPath }.FirstOrDefault(IsCertificate) is { } certificate)
        {
            throw new ModelPackException(
                ProofErrors.NoValues, "the file is a certificate, which holds hashes and no values") { FilePath = certificate };
        }

        (ModelFile first, ModelFile second) = ModelFiles.OpenPair(firstPath, secondPath, scope);
        using ModelFile own = first;
        using ModelFile other = second;
        return ToleranceVerifier.Verify(first, second, tolerance, progress, cancellation);
    }

    /// <summary>Compares the decoded values of two opened models, whose types may differ.</summary>
    /// <param name="first">A model.</param>
    /// <param name="second">Another one.</param>
    /// <param name="tolerance">How far apart values may be.</param>
    /// <exception cref="ModelFormatException">A file breaks a rule of its format.</exception>
    public static ToleranceReport Verify(Model first, Model second, ValueTolerance tolerance)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(tolerance);
        return ToleranceVerifier.Verify(first.File, second.File, tolerance);
    }

    /// <summary>The same on a thread of the pool.</summary>
    /// <param name="first">A model; it has to stay open until the work is done.</param>
    /// <param name="second">Another one, likewise.</param>
    /// <param name="tolerance">How far apart values may be.</param>
    /// <param name="progress">Hears how far the work is.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelFormatException">A file breaks a rule of its format.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static Task<ToleranceReport> VerifyAsync(
        Model first, Model second, ValueTolerance tolerance, IProgress<ConversionProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(tolerance);
        (ModelFile own, ModelFile other) = (first.File, second.File);
        return Task.Run(() => ToleranceVerifier.Verify(own, other, tolerance, progress, cancellation), cancellation);
    }
}
