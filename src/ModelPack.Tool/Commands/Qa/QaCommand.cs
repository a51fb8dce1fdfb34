using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json;
using ModelPack.Qa;
using ModelPack.Qa.Engines;
using ModelPack.Qa.Evidence;
using ModelPack.Qa.Gates;
using ModelPack.Qa.Reports;
using ModelPack.Tool.Diagnostics;
using ModelPack.Tool.Help;

namespace ModelPack.Tool.Commands.Qa;

/// <summary><c>qa run PLAYBOOK --model-path P</c>, <c>qa report EVIDENCE</c>. Its exit codes are its own (qa-gates.md §3).</summary>
internal static class QaCommand
{
    private const int Falsified = 1;
    private const int Usage = 2;
    private const int NoEnvironment = 3;

    public static Verb Create(ToolSession session)
    {
        Argument<string> word = new("WORD")
        {
            Description = "run: look at every gate of a playbook. report: make the reports again. card, manifest: what a model card "
                + "and a publish manifest can say.",
        };
        word.AcceptOnlyFromAmong("run", "report", "card", "manifest");
        Argument<string> file = Arguments.Path(
            "FILE", "A playbook, the evidence.json of an earlier run, or the certificate of a conversion.");
        Option<string?> model = new("--model-path")
        {
            Description = "The model: a file, a folder, or a part of a split.", HelpName = "MODEL",
        };
        Option<string> output = new("--output")
        {
            Description = "The folder for evidence.json, junit.xml, report.md and report.html. Default: qa-output.",
            HelpName = "FOLDER",
            DefaultValueFactory = _ => "qa-output",
        };
        Option<string?> work = new("--work")
        {
            Description = "Keep the outputs of all conversions in this folder. Without it they are removed.", HelpName = "FOLDER",
        };
        Option<string?> runner = new(EngineSetting.Option)
        {
            Description = "An engine for gates that compare what models say: the address of a server, or a command line with {model}, "
                + "{prompt} and {max_tokens}. Without it these gates are skipped.",
            HelpName = "ENGINE",
        };
        Verb verb = new("qa", "Run the gates of a playbook on a model, and write evidence of what was looked at.")
        {
            Synopsis = "run PLAYBOOK --model-path MODEL | report|card|manifest FILE",
            Examples =
            [
                new("all gates, with evidence and reports", "dotnet modelpack qa run playbook.yaml --model-path model.gguf"),
                new("the reports again", "dotnet modelpack qa report qa-output/evidence.json"),
                new("what the model card can claim of an output", "dotnet modelpack qa card model.apr.modelpack.json"),
                new("the fields of a publish manifest that are proved", "dotnet modelpack qa manifest model.apr.modelpack.json"),
            ],
            Outcomes =
            [
                new("0", "every gate is corroborated, or skipped with a reason"),
                new("1", "a gate is falsified"),
                new("2", "the playbook or the arguments are wrong"),
                new("3", "a file is missing, or there is no space"),
                .. StandardOutcomes.Interrupted,
            ],
        };
        verb.Arguments.Add(word);
        verb.Arguments.Add(file);
        verb.Options.Add(model);
        verb.Options.Add(output);
        verb.Options.Add(work);
        verb.Options.Add(runner);
        verb.Validators.Add(result =>
        {
            if (result.GetValue(word) == "run" && result.GetValue(model) is null)
            {
                result.AddError("qa run needs --model-path MODEL.");
            }
        });
        verb.SetAction(parsed => Guard(session, () => parsed.GetValue(word) switch
        {
            "run" => Run(session, parsed.GetRequiredValue(output), new(parsed.GetRequiredValue(file), parsed.GetValue(model)!)
            {
                WorkFolder = parsed.GetValue(work), Runner = parsed.GetValue(runner),
            }),
            "card" => Text(session, parsed.GetRequiredValue(file), "card", ModelCard.Of),
            "manifest" => Text(session, parsed.GetRequiredValue(file), "manifest", PublishManifest.Of),
            _ => Report(session, parsed.GetRequiredValue(file), parsed.GetRequiredValue(output)),
        }));
        return verb;
    }

    private static int Run(ToolSession session, string output, QaRequest request)
    {
        session.Subject = request.PlaybookPath;
        ImmutableArray<GateEvidence> evidence = QaRun.Run(
            request, one => session.Console.Message($"{one.Outcome} {one.Gate} ({one.Subject}): {one.Reason}"), session.Cancellation);
        QaReports.Write(output, evidence, $"ModelPack {CommandTree.Version}");
        return Tell(session, evidence, output);
    }

    private static int Report(ToolSession session, string path, string output)
    {
        session.Subject = path;
        ImmutableArray<GateEvidence> evidence = EvidenceJson.Read(path);
        QaReports.WriteReports(output, evidence);
        return Tell(session, evidence, output);
    }

    private static int Text(ToolSession session, string path, string name, Func<Certificate, string> make)
    {
        session.Subject = path;
        string text = make(CertificateJson.Read(path));
        session.Publish(() => text, json =>
        {
            json.WriteString("kind", "qa");
            json.WriteString(name, text);
        });
        return ExitCode.Done;
    }

    private static int Tell(ToolSession session, ImmutableArray<GateEvidence> evidence, string output)
    {
        session.Publish(() => $"{MarkdownReport.Of(evidence)}\n{output}\n", json => Write(json, evidence, output));
        return evidence.FirstOrDefault(one => one.IsFailure) is { } first
            ? session.Fail(
                Failure.Of(first.ToError(), session.Subject) with { ExitCode = Falsified },
                ReportState.Published)
            : ExitCode.Done;
    }

    private static void Write(Utf8JsonWriter json, ImmutableArray<GateEvidence> evidence, string output)
    {
        json.WriteString("kind", "qa");
        json.WriteString("output", output);
        foreach (Outcome outcome in Enum.GetValues<Outcome>())
        {
            json.WriteNumber(outcome.ToString().ToLowerInvariant(), evidence.Count(one => one.Outcome == outcome));
        }

        json.WriteStartArray("gates");
        foreach (GateEvidence one in evidence)
        {
            json.WriteStartObject();
            json.WriteString("gate", one.Gate);
            json.WriteString("subject", one.Subject);
            json.WriteString("outcome", one.Outcome.ToString().ToLowerInvariant());
            json.WriteString("reason", one.Reason);
            json.WriteString("found", one.Output);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static int Guard(ToolSession session, Func<int> run)
    {
        try
        {
            return run();
        }
        catch (Exception exception) when (exception is ModelPackException or IOException or UnauthorizedAccessException)
        {
            Failure failure = Failure.Of(exception, session.Subject);
            return session.Fail(failure with { ExitCode = failure.ExitCode == ExitCode.InputOutput ? NoEnvironment : Usage });
        }
    }
}
