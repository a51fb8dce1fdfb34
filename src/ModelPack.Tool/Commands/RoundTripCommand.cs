using System.CommandLine;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Help;
using ModelPack.Tool.Output.Json;
using ModelPack.Tool.Output.Text;
using ModelPack.Tool.Progress;
using ModelPack.Verification;

namespace ModelPack.Tool.Commands;

/// <summary><c>roundtrip SOURCE --via F[,F…]</c></summary>
internal static class RoundTripCommand
{
    public static Verb Create(ToolSession session)
    {
        Argument<string> source = Arguments.Path("SOURCE", "The model to send through the chain.");
        Option<ModelFormat[]> via = new("--via")
        {
            Description = "The formats to pass through, separated by commas: gguf, apr, safetensors.",
            HelpName = "F[,F...]",
            Required = true,
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = FormatName.ParseChain,
        };
        via.CompletionSources.Add(FormatName.All);
        ConversionArguments conversion = new();
        Verb verb = new("roundtrip", "Convert a model through a chain of formats and back, and compare the bytes. Nothing is kept.")
        {
            Synopsis = "SOURCE --via F[,F...]",
            Examples =
            [
                new("GGUF to APR and back", "dotnet modelpack roundtrip model.gguf --via apr"),
                new("a longer chain", "dotnet modelpack roundtrip model.gguf --via apr,safetensors"),
                new("does the source come back from a narrowed output?",
                    "dotnet modelpack roundtrip model.safetensors --via gguf --dtype bf16 --allow-lossy"),
                new("a model that holds NaN on purpose", "dotnet modelpack roundtrip model.safetensors --via gguf --allow-nonfinite"),
            ],
            Outcomes =
            [
                new("0", "the file that came back is identical"),
                new("1", "it is not; the first difference is named"),
                new("3", "the source is invalid, or a format of the chain cannot hold it"),
                .. StandardOutcomes.All.Where(row => row.Term != "3"),
            ],
        };
        verb.Arguments.Add(source);
        verb.Options.Add(via);
        conversion.AddTo(verb);
        verb.SetAction(parsed => Run(session, parsed.Model(session, source), parsed.GetRequiredValue(via), conversion.Read(parsed)));
        return verb;
    }

    private static int Run(ToolSession session, string source, ModelFormat[] via, ConversionOptions options)
    {
        session.Subject = source;
        RoundTripReport report;
        using (ProgressDisplay progress = ProgressDisplay.For(session, "roundtrip"))
        {
            report = RoundTrip.Run(source, via, options, progress, session.Cancellation);
        }

        session.Publish(() => RoundTripText.Of(source, report, session.Verbosity), writer => RoundTripJson.Write(writer, source, report));
        return report.Identical ? ExitCode.Done : session.Fail(Failure.Of(NotIdentical(source, report), source), ReportState.Published);
    }

    private static ModelPackException NotIdentical(string source, RoundTripReport report)
    {
        string detail = report.Difference is null ? "" : $": {DifferenceText.Of(report.Difference)}";
        return new(ToolErrors.NotIdentical, $"the file that came back is not the source{detail}") { FilePath = source };
    }
}
