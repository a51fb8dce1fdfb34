using ModelPack.Codec;
using ModelPack.Codec.Conversion;
using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.IO;
using ModelPack.Codec.Proof;

namespace ModelPack.Build;

/// <summary>The build of a model about which something is not known: hashes what changed, converts if need be.</summary>
internal static class ModelUpdate
{
    public static (BuildOutcome Outcome, ModelState State) Run(
        ConversionRequest request, StateFile state, ModelState? known, CancellationToken cancellation)
    {
        FileStamp source = FileStamp.Of(request.Source);
        string? sourceHash = null;
        if (request.ExpectedHash.Length > 0 || known?.Source != source)
        {
            sourceHash = FileHash.Xxh128(request.Source, cancellation);
            CheckExpected(request, sourceHash);
        }

        FileStamp output = FileStamp.Of(request.Output);
        FileStamp certificate = FileStamp.Of(request.Certificate);
        if (known is not null && known.IsOf(request) && output.Exists && certificate.Exists && (sourceHash ?? known.SourceHash) == known.SourceHash)
        {
            CheckOutput(request, known, output, cancellation);
            CheckCertificate(request, known, certificate, cancellation);
            ModelState renewed = known with { Source = source, Output = output, Certificate = certificate };
            state.Write(renewed);
            return (BuildOutcome.Rehashed, renewed);
        }

        state.Clear();
        ModelState converted = Convert(request, source, cancellation);
        state.Write(converted);
        return (BuildOutcome.Converted, converted);
    }

    /// <summary>Compares a copy that is newer than its original. One that was only touched gets its time back, so that the next build need not look.</summary>
    public static void CheckCopy(ConversionRequest request, string copy, ModelState known, CancellationToken cancellation)
    {
        if (FileStamp.Of(copy).Bytes == known.Output.Bytes && FileHash.Xxh128(copy, cancellation) == known.OutputHash)
        {
            File.SetLastWriteTimeUtc(copy, new DateTime(known.Output.Ticks, DateTimeKind.Utc));
            return;
        }

        throw ChangedModel.Error(BuildErrors.CopyChanged, "the copy of a proved output was changed", request.Output, copy, cancellation);
    }

    private static ModelState Convert(ConversionRequest request, FileStamp source, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(request.Output)!);
        if (request.OutsideList is { } list)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(list)!);
            File.WriteAllLines(list, [request.Output, request.Certificate, request.State]);
        }

        Certificate proof = ModelConverter.Convert(request.Source, request.Output, Format(request.To), Options(request), cancellation: cancellation);
        return new ModelState(
            ToolVersion.Text,
            request.OptionsText,
            request.Source,
            source,
            proof.Source.Xxh128,
            FileStamp.Of(request.Output),
            proof.Output.Xxh128,
            FileStamp.Of(request.Certificate),
            FileHash.Xxh128(request.Certificate, cancellation));
    }

    private static void CheckExpected(ConversionRequest request, string hash)
    {
        if (request.ExpectedHash.Length > 0 && request.ExpectedHash != hash)
        {
            throw new ModelPackException(BuildErrors.UnexpectedSource, $"the XXH128 is {hash}, and ExpectedHash says {request.ExpectedHash}")
            { FilePath = request.Source };
        }
    }

    private static void CheckOutput(ConversionRequest request, ModelState known, FileStamp output, CancellationToken cancellation)
    {
        if (output != known.Output && (output.Bytes != known.Output.Bytes || FileHash.Xxh128(request.Output, cancellation) != known.OutputHash))
        {
            throw ChangedModel.Error(BuildErrors.OutputChanged, "the file was changed after it was proved", request.Source, request.Output, cancellation);
        }
    }

    private static void CheckCertificate(ConversionRequest request, ModelState known, FileStamp certificate, CancellationToken cancellation)
    {
        if (certificate != known.Certificate && FileHash.Xxh128(request.Certificate, cancellation) != known.CertificateHash)
        {
            throw new ModelPackException(BuildErrors.CertificateChanged, "the certificate was changed after it was written") { FilePath = request.Certificate };
        }
    }

    private static ModelFormat Format(string text) => text switch
    {
        "apr" => ModelFormat.Apr,
        "gguf" => ModelFormat.Gguf,
        "safetensors" => ModelFormat.SafeTensors,
        _ => throw new ArgumentOutOfRangeException(nameof(text), text, null),
    };

    private static ConversionOptions Options(ConversionRequest request) => new()
    {
        Quantized = Enum.Parse<QuantizedMode>(request.Quantized, ignoreCase: true),
        Naming = Enum.Parse<NamingMode>(request.Naming, ignoreCase: true),
        NonFinite = request.AllowNonFinite == "true" ? NonFinitePolicy.Allow : NonFinitePolicy.Refuse,
        Existing = ExistingTarget.Replace,
    };
}
