using System.CommandLine;
using ModelPack.Diagnostics.Logs;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Help;
using ModelPack.Tool.Output;
using ModelPack.Tool.Output.Json;
using ModelPack.Tool.Output.Text;
using ModelPack.Tool.Progress;

namespace ModelPack.Tool.Commands;

/// <summary><c>validate FILE</c></summary>
internal static class ValidateCommand
{
    public static Verb Create(ToolSession session)
    {
        Argument<string> file = Arguments.Path("FILE", "The model to check: a file, or a folder with one model. Every byte is read once.");
        Option<bool> alone = Arguments.Alone();
        Option<string> failOn = Arguments.Word(
            "--fail-on",
            "What gives exit code 1: a finding, or a note of that rank too (a note that changes results, one that a program may miss, "
                + "any), "
                + "or nothing.",
            FailOn.Finding, FailOn.Words);
        Option<string?> baseline = Arguments.File(
            "--baseline", "A file of findings that are accepted, each with its reason and the day on which it expires.");
        SarifOption sarif = new();
        Verb verb = new("validate", "Check structure, checksums and finite values.")
        {
            Synopsis = "FILE",
            Examples =
            [
                new("is it sound?", "dotnet modelpack validate model.gguf"),
                new("for code scanning", "dotnet modelpack validate model.gguf --sarif model.sarif"),
                new("the findings for a script", "dotnet modelpack validate model.gguf --json | jq '.findings'"),
            ],
            Outcomes =
            [
                new("0", "sound; oddities that are legal are notes"),
                new("1", "sound structure, but something was found in it: NaN, infinity, a wrong checksum"),
                .. StandardOutcomes.All,
            ],
        };
        verb.Arguments.Add(file);
        verb.Options.Add(alone);
        verb.Options.Add(failOn);
        verb.Options.Add(baseline);
        sarif.AddTo(verb);
        verb.SetAction(parsed =>
        {
            (string path, PathScope scope) = (parsed.Model(session, file), parsed.Scope(alone));
            AcceptedFindings accepted = parsed.GetValue(baseline) is { } list ? AcceptedFindings.Read(list) : AcceptedFindings.None;
            Expectations expectations = new(FailOn.Read(parsed.GetRequiredValue(failOn)), accepted, DateOnly.FromDateTime(DateTime.UtcNow));
            return Run(session, path, scope, expectations, sarif.Prepare(parsed, scope, path));
        });
        return verb;
    }

    private static int Run(ToolSession session, string path, PathScope scope, Expectations expectations, SarifFile? log)
    {
        session.Subject = path;
        ValidationReport report = SarifFile.Run(log, () =>
        {
            using ProgressDisplay progress = ProgressDisplay.For(session, "validate");
            return ModelValidator.Validate(path, scope, progress, session.Cancellation);
        });

        JudgedFindings judged = JudgedFindings.Of(report, expectations);
        log?.Write([.. judged.All.Select(found => new SarifResult(
            found.Finding.Code, found.Finding.Text, path, found.Finding.Place, found.Finding.ByteOffset, found.Accepted?.Reason))]);
        session.Publish(
            () => ValidateText.Of(path, report, judged), writer => ValidateJson.Write(writer, path, report, judged),
            judged.HasFailed ? Verdict.Bad : Verdict.Good);
        foreach (LayerGroups.Group<Finding> group in judged.Failures())
        {
            session.Fail(
                Failure.Of(new ModelPackException(group.Items[0].Code, group.Text) { ByteOffset = group.Items[0].ByteOffset }, path),
                ReportState.Published);
        }

        return judged.HasFailed ? ExitCode.NotProved : ExitCode.Done;
    }
}
