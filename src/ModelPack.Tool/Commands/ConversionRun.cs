using System.Diagnostics;
using ModelPack.Conversion;
using ModelPack.Conversion.Ancestors;
using ModelPack.Models;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Output;
using ModelPack.Tool.Output.Json;
using ModelPack.Tool.Output.Text;
using ModelPack.Tool.Progress;

namespace ModelPack.Tool.Commands;

/// <summary>Runs a conversion and tells what it proved: for <c>convert</c>, <c>split</c> and <c>merge</c>.</summary>
internal static class ConversionRun
{
    public static int Run(
        ToolSession session, string verb, string source, string target, ModelFormat to, ConversionOptions options, string? report = null) =>
        Run(session, verb, source, target, options, report, (progress, growing) => ModelConverter.Convert(
            source, target, to, options, progress, growing, session.Cancellation));

    /// <summary>Runs what was planned.</summary>
    public static int Run(ToolSession session, string verb, string source, PlannedConversion plan, ConversionOptions options) =>
        Run(session, verb, source, plan.TargetPath, options, null, (progress, growing) => plan.Convert(
            progress, growing, session.Cancellation));

    private static int Run(
        ToolSession session, string verb, string source, string target, ConversionOptions options, string? report,
        Func<IProgress<ConversionProgress>, Action<string>, Certificate> convert)
    {
        session.Subject = source;
        string certificatePath = ModelConverter.CertificatePath(target);
        ReportFile? copy = report is null ? null : ReportFile.Prepare(report, options.Existing, source, options.Scope, target);
        long start = Stopwatch.GetTimestamp();
        Certificate certificate;
        using (ProgressDisplay progress = ProgressDisplay.For(session, verb))
        {
            certificate = convert(progress, growth => session.Console.Message($"{source}: {growth}"));
        }

        ConversionOutcome outcome = new(target, certificatePath, certificate, Stopwatch.GetElapsedTime(start));
        copy?.Write(File.ReadAllBytes(certificatePath), "the conversion is done and proved");
        session.Publish(() => ConvertText.Of(outcome, session.Verbosity), writer => ConvertJson.Write(writer, verb, outcome),
            Verdict.Good);
        return ExitCode.Done;
    }

    /// <summary>The format of a model, which a verb keeps.</summary>
    public static ModelFormat FormatOf(string path, PathScope scope)
    {
        using ModelFile model = ModelFiles.Open(path, scope);
        return model.Format;
    }

    /// <summary>How a model keeps its names within its format. One that was made of a file of another format is planned in that file's
    /// words, which are not its own.</summary>
    /// <exception cref="ModelPackException">It cannot be opened.</exception>
    public static NamingMode OwnNaming(string path, PathScope scope)
    {
        using ModelFile model = ModelFiles.Open(path, scope);
        return Ancestry.Of(model).Root.Format == model.Format ? NamingMode.Verbatim : NamingMode.Native;
    }
}

/// <summary>A conversion that succeeded.</summary>
internal sealed record ConversionOutcome(string TargetPath, string CertificatePath, Certificate Certificate, TimeSpan Duration);
