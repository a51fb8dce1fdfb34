using System.CommandLine;
using ModelPack.Diagnostics;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Help;
using ModelPack.Tool.Output;
using ModelPack.Tool.Output.Json;
using ModelPack.Tool.Output.Text;
using ModelPack.Tool.Progress;

namespace ModelPack.Tool.Commands;

/// <summary><c>diff A B</c></summary>
internal static class DiffCommand
{
    public static Verb Create(ToolSession session)
    {
        Argument<string> first = Arguments.Path("A", "A model.");
        Argument<string> second = Arguments.Path("B", "Another one, in the same or another format.");
        Option<bool> alone = Arguments.Alone();
        SarifOption sarif = new();
        Verb verb = new("diff", "Show what changed between two models, tensor by tensor and key by key.")
        {
            Synopsis = "A B",
            Examples =
            [
                new("what did the new version change?", "dotnet modelpack diff old.gguf new.gguf"),
                new("across formats", "dotnet modelpack diff model.gguf model.apr"),
                new("how far each tensor moved", "dotnet modelpack diff old.gguf new.gguf --json | jq '.differences[].payload.largest'"),
            ],
            Outcomes = [new("0", "no difference"), new("1", "different; everything that differs is named"), .. StandardOutcomes.All],
        };
        verb.Arguments.Add(first);
        verb.Arguments.Add(second);
        verb.Options.Add(alone);
        sarif.AddTo(verb);
        verb.SetAction(parsed =>
        {
            (string own, string other) = (parsed.Model(session, first), parsed.Model(session, second));
            PathScope scope = parsed.Scope(alone);
            return Run(session, own, other, scope, sarif.Prepare(parsed, scope, own, other));
        });
        return verb;
    }

    private static int Run(ToolSession session, string first, string second, PathScope scope, SarifFile? log)
    {
        session.Subject = first;
        ModelDiff diff = SarifFile.Run(log, () =>
        {
            using ProgressDisplay progress = ProgressDisplay.For(session, "diff");
            return ModelDiff.ComparePaths(first, second, scope, progress, session.Cancellation);
        });

        log?.Write([.. diff.Differences.Select(difference => DifferenceText.ToSarif(ToolErrors.Different, second, difference))]);
        session.Publish(
            () => DiffText.Of(first, second, diff, session.Console.Screen.Width), writer => DiffJson.Write(writer, first, second, diff),
            diff.Differences.IsEmpty ? Verdict.Good : Verdict.Bad);
        return diff.Differences.IsEmpty ? ExitCode.Done : session.Fail(Failure.Of(Different(second, diff), second), ReportState.Published);
    }

    private static ModelPackException Different(string second, ModelDiff diff) =>
        new(ToolErrors.Different,
            $"{Plural.Of(diff.Differences.Length, "difference")}; the first: {DifferenceText.Of(diff.Differences[0])}")
            {
                FilePath = second,
            };
}
