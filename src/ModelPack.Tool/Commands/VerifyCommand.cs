using System.CommandLine;
using ModelPack.Diagnostics;
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
            "What to prove. L1: every tensor's name, type, shape and bits. L2: all metadata too. L3: converting back gives the same file, "
                + "byte for byte.",
            "L2", "L1", "L2", "L3");
        Option<ValueTolerance?> epsilon = Arguments.Tolerance(
            "--epsilon",
            "Compare decoded values instead of bits, also where types differ; metadata are not compared. E is an absolute limit (1e-3), a "
                + "relative one (1e-3rel: "
            + "difference by the larger magnitude) or a number of float32 steps (4ulp). NaN equals NaN, an infinity equals itself, and "
            + "against anything else both are "
            + "beyond every limit. Whole numbers have to be the same.");
        Option<bool> alone = Arguments.Alone();
        SarifOption sarif = new();
        Verb verb = new("verify", "Compare two models of any formats, bit for bit.")
        {
            Synopsis = "A B",
            Examples =
            [
                new("is the conversion the same model?", "dotnet modelpack verify model.gguf model.apr"),
                new("only the tensors", "dotnet modelpack verify model.gguf model.safetensors --level L1"),
                new("does it lead back to the very same file?", "dotnet modelpack verify model.gguf model.apr --level L3"),
                new("how far is the quantized model from the original?",
                    "dotnet modelpack verify model-f32.gguf model-q8_0.gguf --epsilon 0.01"),
                new("is the output still what its certificate says?", "dotnet modelpack verify model.apr.modelpack.json model.apr"),
            ],
            Outcomes = [
                new("0", "equal at the level, or within the limit"), new("1", "not equal; every difference is named"),
                .. StandardOutcomes.All],
        };
        verb.Arguments.Add(first);
        verb.Arguments.Add(second);
        verb.Options.Add(level);
        verb.Options.Add(epsilon);
        verb.Options.Add(alone);
        sarif.AddTo(verb);
        verb.Validators.Add(result =>
        {
            if (result.GetResult(level) is { Implicit: false } && result.GetResult(epsilon) is not null)
            {
                result.AddError("Only one of --level and --epsilon can be given: a level speaks of bits.");
            }
        });
        verb.SetAction(parsed =>
        {
            (string own, string other) = (parsed.Model(session, first), parsed.Model(session, second));
            PathScope scope = parsed.Scope(alone);
            Pair pair = new(own, other, scope, sarif.Prepare(parsed, scope, own, other));
            return parsed.GetValue(epsilon) is { } tolerance
                ? Run(session, pair, tolerance)
                : Run(session, pair, Level(parsed.GetRequiredValue(level)));
        });
        return verb;
    }

    private static ProofLevel Level(string word) => word switch
    {
        "L1" => ProofLevel.L1,
        "L2" => ProofLevel.L2,
        "L3" => ProofLevel.L3,
        _ => throw new InvalidOperationException(word),
    };

    private static int Run(ToolSession session, Pair pair, ValueTolerance tolerance)
    {
        (string first, string second, PathScope scope, SarifFile? log) = pair;
        session.Subject = first;
        ToleranceReport report = SarifFile.Run(log, () =>
        {
            using ProgressDisplay progress = ProgressDisplay.For(session, "verify");
            return ModelVerifier.Verify(first, second, tolerance, scope, progress, session.Cancellation);
        });

        log?.Write([.. report.Differences.Select(difference => DifferenceText.ToSarif(ToolErrors.NotEqual, second, difference))]);
        session.Publish(
            () => ToleranceText.Of(first, second, report, session.Console.Screen.Width),
            writer => VerifyJson.Write(writer, first, second, report), Judge(report.Passed));
        return report.Passed ? ExitCode.Done : session.Fail(Failure.Of(NotWithin(second, report), second), ReportState.Published);
    }

    private static int Run(ToolSession session, Pair pair, ProofLevel level)
    {
        (string first, string second, PathScope scope, SarifFile? log) = pair;
        session.Subject = first;
        VerificationReport report = SarifFile.Run(log, () =>
        {
            using ProgressDisplay progress = ProgressDisplay.For(session, "verify");
            return ModelVerifier.Verify(first, second, level, scope, progress, session.Cancellation);
        });

        // A level that holds is no finding, whatever differs beyond it.
        log?.Write(report.Passed
            ? []
            : [.. report.Differences.Select(difference => DifferenceText.ToSarif(ToolErrors.NotEqual, second, difference))]);
        session.Publish(
            () => VerifyText.Of(first, second, report, session.Console.Screen.Width),
            writer => VerifyJson.Write(writer, first, second, report), Judge(report.Passed));
        return report.Passed ? ExitCode.Done : session.Fail(Failure.Of(NotEqual(second, report), second), ReportState.Published);
    }

    private static Verdict Judge(bool passed) => passed ? Verdict.Good : Verdict.Bad;

    private static ModelPackException NotWithin(string second, ToleranceReport report) => new(
        ToolErrors.NotEqual,
        $"not within {report.Tolerance}: {Plural.Of(report.Differences.Length, "difference")}; the first: "
            + $"{DifferenceText.Of(report.Differences[0])}") { FilePath = second };

    private static ModelPackException NotEqual(string second, VerificationReport report)
    {
        string proved = report.Proved is ProofLevel level ? $"only {EnumText.Of(level)} holds" : "not even L1 holds";
        Difference? first = report.Differences.FirstOrDefault();
        string detail = first is null ? "" : $"; first difference: {DifferenceText.Of(first)}";
        return new(ToolErrors.NotEqual, $"not equal at {EnumText.Of(report.Requested)}, {proved}{detail}") { FilePath = second };
    }

    // What is compared, and where the findings go besides.
    private sealed record Pair(string First, string Second, PathScope Scope, SarifFile? Log);
}
