using System.CommandLine;
using System.Diagnostics;
using ModelPack.Codec;
using ModelPack.Codec.Conversion;
using ModelPack.Codec.Proof;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Help;
using ModelPack.Tool.Output.Json;
using ModelPack.Tool.Output.Text;
using ModelPack.Tool.Progress;

namespace ModelPack.Tool.Commands;

/// <summary><c>convert SOURCE TARGET</c></summary>
internal static class ConvertCommand
{
    public static Verb Create(ToolSession session)
    {
        Argument<string> source = Arguments.Path("SOURCE", "The model to convert: a file, or a folder with one model. Its format is found by content.");
        Argument<string> target = Arguments.Path("TARGET", "The file to write. Its ending names the format, unless --to does.");
        Option<string> to = Arguments.Word("--to", "Format of the output.", FormatName.All);
        ConversionArguments conversion = new();
        Option<bool> sha256 = Arguments.Flag("--sha256", "Put SHA-256 of source and output into the certificate too (slower).");
        Option<bool> force = Arguments.Flag("--force", "Replace TARGET if it exists, once the new file is proved.");
        Option<string?> report = new("--report") { Description = "Write a copy of the certificate to FILE.", HelpName = "FILE" };

        Verb verb = new("convert", "Convert a model and prove that nothing was lost.")
        {
            Synopsis = "SOURCE TARGET",
            Examples =
            [
                new("GGUF to APR; the proof is kept in model.apr.modelpack.json", "dotnet modelpack convert model.gguf model.apr"),
                new("SafeTensors to GGUF, replacing an older output", "dotnet modelpack convert model.safetensors model.gguf --force"),
                new("a folder with a sharded model", "dotnet modelpack convert models/qwen2 model.gguf"),
                new("the format by name instead of by ending", "dotnet modelpack convert model.gguf model.bin --to safetensors"),
                new("refuse what the target cannot hold under a type of its own", "dotnet modelpack convert model.gguf model.apr --quantized native"),
                new("in CI: the certificate as an artifact, the answer as JSON",
                    "dotnet modelpack convert model.gguf model.apr --report proof.json --json"),
            ],
            Outcomes =
            [
                new("0", "converted and proved"),
                new("1", "not lossless, or NaN or infinity in the source; nothing was written"),
                .. StandardOutcomes.All,
            ],
        };
        verb.Arguments.Add(source);
        verb.Arguments.Add(target);
        verb.Options.Add(to);
        conversion.AddTo(verb);
        verb.Options.Add(sha256);
        verb.Options.Add(force);
        verb.Options.Add(report);
        verb.SetAction(parsed =>
        {
            ConversionOptions options = conversion.Read(parsed) with
            {
                Sha256 = parsed.GetValue(sha256),
                Existing = parsed.GetValue(force) ? ExistingTarget.Replace : ExistingTarget.Refuse,
            };
            string targetPath = parsed.GetRequiredValue(target);
            ModelFormat format = parsed.GetValue(to) is string name ? FormatName.Named(name) : FormatName.OfTarget(targetPath);
            return Run(session, parsed.GetRequiredValue(source), targetPath, format, options, parsed.GetValue(report));
        });
        return verb;
    }

    private static int Run(ToolSession session, string source, string target, ModelFormat to, ConversionOptions options, string? report)
    {
        session.Subject = source;
        string certificatePath = ModelConverter.CertificatePath(target);
        ReportFile? copy = report is null ? null : ReportFile.Prepare(report, options.Existing, source, target, certificatePath);
        long start = Stopwatch.GetTimestamp();
        Certificate certificate;
        using (ProgressDisplay progress = ProgressDisplay.For(session, "convert"))
        {
            certificate = ModelConverter.Convert(source, target, to, options, progress, session.Cancellation);
        }

        ConversionOutcome outcome = new(target, certificatePath, certificate, Stopwatch.GetElapsedTime(start));
        copy?.Write(File.ReadAllBytes(certificatePath), "the conversion is done and proved");
        session.Publish(() => ConvertText.Of(outcome), writer => ConvertJson.Write(writer, outcome));
        return ExitCode.Done;
    }
}

/// <summary>A conversion that succeeded.</summary>
internal sealed record ConversionOutcome(string TargetPath, string CertificatePath, Certificate Certificate, TimeSpan Duration);
