using ModelPack.Diagnostics;
using ModelPack.IO.Names;
using ModelPack.Models;
using ModelPack.Verification;

namespace ModelPack;

/// <summary>Compares two models, or a model with the certificate of a conversion.</summary>
public static partial class ModelVerifier
{
    /// <summary>Compares two models of the same or of different formats. Either may be a certificate (<c>*.modelpack.json</c>).</summary>
    /// <param name="firstPath">A model.</param>
    /// <param name="secondPath">Another one.</param>
    /// <param name="level">What is to be proved.</param>
    /// <param name="scope">Whether the path of a file stands for the model, or for the file alone.</param>
    /// <param name="progress">Hears how far the work is.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelFormatException">A file is of no known format, or breaks a rule of its format.</exception>
    /// <exception cref="IOException">A file is not there or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static VerificationReport Verify(
        string firstPath,
        string secondPath,
        ProofLevel level = ProofLevel.L2,
        PathScope scope = PathScope.Model,
        IProgress<ConversionProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(firstPath);
        ArgumentNullException.ThrowIfNull(secondPath);
        Defined.Ensure(level, nameof(level));
        if (IsCertificate(firstPath) || IsCertificate(secondPath))
        {
            bool isSecond = IsCertificate(secondPath);
            (string certificate, string model) = isSecond ? (secondPath, firstPath) : (firstPath, secondPath);
            VerificationReport proof = CertificateVerifier.Verify(CertificateJson.Read(certificate), model, level, scope, cancellation);
            FileSide side = isSecond ? FileSide.First : FileSide.Second;
            return new(
                proof.Requested, proof.Proved, proof.TensorsCompared, proof.MetadataCompared,
                [.. proof.Differences.Select(difference => difference.At(difference.ByteOffset, side))], proof.Notes);
        }

        (ModelFile first, ModelFile second) = ModelFiles.OpenPair(firstPath, secondPath, scope);
        using ModelFile own = first;
        using ModelFile other = second;
        return Verify(first, second, level, progress, cancellation);
    }

    /// <summary>Compares two opened models of the same or of different formats.</summary>
    /// <param name="first">A model.</param>
    /// <param name="second">Another one.</param>
    /// <param name="level">What is to be proved.</param>
    /// <exception cref="ModelFormatException">A file breaks a rule of its format.</exception>
    /// <example>
    /// <code>
    /// using Model source = Model.Open("qwen.gguf");
    /// using Model output = Model.Open("qwen.apr");
    /// VerificationReport report = ModelVerifier.Verify(source, output);
    /// Console.WriteLine(report.Passed ? "equal" : report.Differences[0].Text);
    /// </code>
    /// </example>
    public static VerificationReport Verify(Model first, Model second, ProofLevel level = ProofLevel.L2)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return Verify(first.File, second.File, level, null, CancellationToken.None);
    }

    /// <summary>The same on a thread of the pool.</summary>
    /// <param name="first">A model; it has to stay open until the work is done.</param>
    /// <param name="second">Another one, likewise.</param>
    /// <param name="level">What is to be proved.</param>
    /// <param name="progress">Hears how far the work is.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="ModelFormatException">A file breaks a rule of its format.</exception>
    /// <exception cref="OperationCanceledException">The work was stopped.</exception>
    public static Task<VerificationReport> VerifyAsync(
        Model first, Model second, ProofLevel level = ProofLevel.L2, IProgress<ConversionProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        (ModelFile own, ModelFile other) = (first.File, second.File);
        return Task.Run(() => Verify(own, other, level, progress, cancellation), cancellation);
    }

    internal static VerificationReport Verify(
        ModelFile first, ModelFile second, ProofLevel level, IProgress<ConversionProgress>? progress, CancellationToken cancellation)
    {
        Defined.Ensure(level, nameof(level));
        long total = first.Source.Length;
        Action<long>? report = progress is null ? null : done => progress.Report(new(ConversionPhase.Proving, done, total));
        VerificationReport compared = new PairVerifier(first, second, level, report, cancellation).Verify();
        return new(
            compared.Requested, compared.Proved, compared.TensorsCompared, compared.MetadataCompared, compared.Differences,
            [.. ModelFile.PathsOf(first, second), .. compared.Notes]);
    }

    internal static bool IsCertificate(string path) => path.EndsWith(MemberName.CertificateEnding, StringComparison.OrdinalIgnoreCase);
}
