using System.Collections.Immutable;
using ModelPack.Codec;
using ModelPack.Codec.Conversion;
using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.IO;
using ModelPack.Codec.Proof;

namespace ModelPack.Build;

/// <summary>The build of a model about which something is not known: hashes what changed, converts if need be.</summary>
internal static class ModelUpdate
{
    /// <summary>The code with which the codec asks for a folder: MP2009.</summary>
    private const string NeedsFolder = "MP2009";

    public static (BuildOutcome Outcome, ModelState State) Run(ConversionRequest request, StateFile file, ModelState? known, BuildContext context)
    {
        ImmutableArray<FileRecord> source = SourceFiles.List(request.Source);
        ModelState? same = known is not null && known.IsOf(request) ? known : null;
        if (same is not null)
        {
            source = SourceFiles.Hash(request.Source, source, same.Source, context.Cancellation);
            same = SourceFiles.AreSame(source, same.Source) ? same : null;
        }

        if (request.ExpectedHash.Length > 0)
        {
            CheckExpected(request, same?.SourceHash ?? FileHash.OfModel(request.Source, context.Cancellation));
        }

        if (same is not null && same.Output.All(output => File.Exists(output.In(same.Folder))) && File.Exists(same.CertificatePath))
        {
            ModelState renewed = ProvedOutput.Check(request, same, context.Cancellation) with { Source = source };
            file.Write(renewed.Format());
            return (BuildOutcome.Rehashed, renewed);
        }

        file.Clear();
        ModelState converted = Convert(request, SourceFiles.List(request.Source), context);
        RemoveOther(known, converted, request);
        file.Write(converted.Format());
        return (BuildOutcome.Converted, converted);
    }

    private static ModelState Convert(ConversionRequest request, ImmutableArray<FileRecord> source, BuildContext context)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(request.Output)!);
        if (request.Folder == FolderOutput.Always)
        {
            context.Claim(request);
        }

        string target = request.Folder == FolderOutput.Always ? request.FolderOutput : request.Output;
        OutsideFiles.Write(request, target, []);
        Certificate proof;
        try
        {
            proof = ModelConverter.Convert(request.Source, target, Format(request.To), Options(request), cancellation: context.Cancellation);
        }
        catch (ModelPackException exception) when (exception.Code.Id == NeedsFolder && target == request.Output)
        {
            context.Claim(request);
            target = request.FolderOutput;
            OutsideFiles.Write(request, target, []);
            proof = ModelConverter.Convert(request.Source, target, Format(request.To), Options(request), cancellation: context.Cancellation);
        }

        target = Directory.Exists(target) ? request.FolderOutput : target;
        string certificate = ConversionRequest.CertificateOf(target);
        ImmutableArray<FileRecord> output = ProvedOutput.List(target, proof.Output);
        OutsideFiles.Write(request, target, output);
        return new ModelState(
            ToolVersion.Text,
            request.OptionsText,
            request.Source,
            proof.Source.Xxh128,
            target,
            SourceFiles.WithHashes(request.Source, source, proof.Source),
            output,
            new(Path.GetFileName(certificate), FileStamp.Of(certificate), FileHash.Xxh128(certificate, context.Cancellation)));
    }

    /// <summary>An output that was a file and is a folder now, or the other way round.</summary>
    private static void RemoveOther(ModelState? known, ModelState converted, ConversionRequest request)
    {
        if (known is null || known.Target == converted.Target || (known.Target != request.Output && known.Target != request.FolderOutput))
        {
            return;
        }

        foreach (FileRecord file in known.Output)
        {
            File.Delete(file.In(known.Folder));
        }

        File.Delete(known.CertificatePath);
        if (known.IsFolder && Directory.Exists(known.Target) && !Directory.EnumerateFileSystemEntries(known.Target).Any())
        {
            Directory.Delete(known.Target);
        }
    }

    private static void CheckExpected(ConversionRequest request, string hash)
    {
        if (request.ExpectedHash != hash)
        {
            throw new ModelPackException(BuildErrors.UnexpectedSource, $"the XXH128 is {hash}, and ExpectedHash says {request.ExpectedHash}")
            { FilePath = request.Source };
        }
    }

    private static ModelFormat Format(string text) =>
        ModelFormatNames.TryParse(text, out ModelFormat format) ? format : throw new ArgumentOutOfRangeException(nameof(text), text, null);

    private static ConversionOptions Options(ConversionRequest request) => new()
    {
        Quantized = Enum.Parse<QuantizedMode>(request.Quantized, ignoreCase: true),
        Naming = Enum.Parse<NamingMode>(request.Naming, ignoreCase: true),
        NonFinite = request.AllowNonFinite == "true" ? NonFinitePolicy.Allow : NonFinitePolicy.Refuse,
        MaxShardBytes = request.MaxShardBytes,
        Existing = ExistingTarget.Replace,
    };
}
