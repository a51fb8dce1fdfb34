using System.CommandLine;
using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.Proof;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Help;
using ModelPack.Tool.Output;
using ModelPack.Tool.Output.Json;
using ModelPack.Tool.Output.Text;
using ModelPack.Tool.Progress;

namespace ModelPack.Tool.Commands;

/// <summary><c>verify A B</c></summary>
internal static class VerifyCommand
{
    public static Verb Create(ToolSession session)
    {
        Argument<string> first = Arguments.Path("A", "A model, or the certificate of a conversion (*.modelpack.json).");
        Argument<string> second = Arguments.Path("B", "What it is compared with, in the same or another format.");
        Option<string> level = Arguments.Word(
            "--level",
            "What to prove. L1: every tensor's name, type, shape and bits. L2: all metadata too. L3: converting back gives the same file, byte for byte.",
            "L2", "L1", "L2", "L3");
        Verb verb = new("verify", "Compare two models of any formats, bit for bit.")
        {
            Synopsis = "A B",
            Examples =
            [
                new("is the conversion the same model?", "dotnet modelpack verify model.gguf model.apr"),
                new("only the tensors", "dotnet modelpack verify model.gguf model.safetensors --level L1"),
                new("does it lead back to the very same file?", "dotnet modelpack verify model.gguf model.apr --level L3"),
                new("is the output still what its certificate says?", "dotnet modelpack verify model.apr.modelpack.json model.apr"),
            ],
            Outcomes = [new("0", "equal at the level"), new("1", "not equal; every difference is named"), .. StandardOutcomes.All],
        };
        verb.Arguments.Add(first);
        verb.Arguments.Add(second);
        verb.Options.Add(level);
        verb.SetAction(parsed => Run(
            session,
            parsed.GetRequiredValue(first),
            parsed.GetRequiredValue(second),
            parsed.GetRequiredValue(level) switch
            {
                "L1" => ProofLevel.L1,
                "L2" => ProofLevel.L2,
                "L3" => ProofLevel.L3,
                string other => throw new InvalidOperationException(other),
            }));
        return verb;
    }

    private static int Run(ToolSession session, string first, string second, ProofLevel level)
    {
        session.Subject = first;
        VerificationReport report;
        using (ProgressDisplay progress = ProgressDisplay.For(session, "verify"))
        {
            report = ModelVerifier.Verify(first, second, level, progress, session.Cancellation);
        }

        session.Publish(() => VerifyText.Of(first, second, report), writer => VerifyJson.Write(writer, first, second, report));
        return report.Passed ? ExitCode.Done : session.Fail(Failure.Of(NotEqual(second, report), second), ReportState.Published);
    }

    private static ModelPackException NotEqual(string second, VerificationReport report)
    {
        string proved = report.Proved is ProofLevel level ? $"only {Words.Of(level)} holds" : "not even L1 holds";
        Difference? first = report.Differences.FirstOrDefault();
        string detail = first is null ? "" : $"; first difference: {DifferenceText.Of(first)}";
        return new(ToolErrors.NotEqual, $"not equal at {Words.Of(report.Requested)}, {proved}{detail}") { FilePath = second };
    }
}
