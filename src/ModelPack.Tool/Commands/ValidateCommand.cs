using System.CommandLine;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Help;
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
        Verb verb = new("validate", "Check structure, checksums and finite values.")
        {
            Synopsis = "FILE",
            Examples =
            [
                new("is it sound?", "dotnet modelpack validate model.gguf"),
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
        verb.SetAction(parsed => Run(session, parsed.GetRequiredValue(file), parsed.Scope(alone)));
        return verb;
    }

    private static int Run(ToolSession session, string path, PathScope scope)
    {
        session.Subject = path;
        ValidationReport report;
        using (ProgressDisplay progress = ProgressDisplay.For(session, "validate"))
        {
            report = ModelValidator.Validate(path, scope, progress, session.Cancellation);
        }

        session.Publish(() => ValidateText.Of(path, report), writer => ValidateJson.Write(writer, path, report));
        foreach (Finding finding in report.Findings)
        {
            session.Fail(
                Failure.Of(
                    new ModelPackException(finding.Code, $"{finding.Place}: {finding.Text}") { ByteOffset = finding.ByteOffset }, path),
                ReportState.Published);
        }

        return report.Findings.IsEmpty ? ExitCode.Done : ExitCode.NotProved;
    }
}
