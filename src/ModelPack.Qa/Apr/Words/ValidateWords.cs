using ModelPack.IO.Json;
using ModelPack.Models;
using ModelPack.Validation;
using ModelPack.Validation.Facts;

namespace ModelPack.Qa.Apr.Words;

/// <summary><c>validate</c> and <c>check</c>.</summary>
internal static class ValidateWords
{
    private static readonly (string Stage, ErrorCode[] Codes)[] Stages =
    [
        ("Container", [ValidationErrors.Tail, ValidationErrors.Split, ValidationErrors.Record, ValidationErrors.Side]),
        ("Values", []),
        ("Shapes", [ValidationErrors.Shape, ValidationErrors.Heads, ValidationErrors.Layers]),
        ("Architecture", [ValidationErrors.Architecture, ValidationErrors.Contradiction, ValidationErrors.Required]),
        ("Tokenizer",
            [ValidationErrors.TokenLists, ValidationErrors.TokenId, ValidationErrors.Merge, ValidationErrors.Vocabulary]),
        ("Companions", [ValidationErrors.Companion, ValidationErrors.Description]),
        ("Chat template", [ValidationErrors.Template, ValidationErrors.TemplateTrigger, ValidationErrors.TemplateNotShown]),
    ];

    public static int Validate(AprCall call)
    {
        string path = call.Model(0);
        if (call.Value("--min-score") is not null)
        {
            throw new AprFailure(AprExit.NotImplemented, "--min-score: a model is valid or it is not; leave the option out");
        }

        (ValidationReport report, IReadOnlyList<string> lines) = Look(call, path);
        bool passed = lines.Count == 0;
        call.Answer(
            json =>
            {
                json.WriteString("model", path);
                json.WriteString("format", report.Format);
                json.WriteBoolean("valid", report.IsValid);
                json.WriteBoolean("passed", passed);
                json.WriteNumber("total_tensors", report.Tensors);
                json.WriteNumber("failed_tensors", report.Findings.Select(finding => finding.Place).Distinct().Count());
                json.WriteStartArray("findings");
                foreach (Finding finding in report.Findings)
                {
                    json.WriteStartObject();
                    json.WriteString("code", finding.Code.Id);
                    json.WriteString("place", finding.Place);
                    json.WriteString("message", finding.Text);
                    json.WriteNumberOrNull("byte_offset", finding.ByteOffset);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteStrings("not_checked", NotChecked(call, report));
            },
            () => lines.Append(passed ? "VALID" : "INVALID"));
        return passed ? AprExit.Done : AprExit.ValidationFailed;
    }

    /// <summary>Validates a model; with <c>--strict</c> what cannot be looked at is wrong too.</summary>
    public static (ValidationReport Report, IReadOnlyList<string> Lines) Look(AprCall call, string path)
    {
        ValidationReport report = ModelValidator.Validate(path, cancellation: call.Cancellation);
        return (report, [
            .. report.Findings.Select(finding => $"{finding.Code.Id} {finding.Place}: {finding.Text}"),
            .. NotChecked(call, report).Select(name => $"{name}: its values cannot be looked at")]);
    }

    public static int Check(AprCall call)
    {
        string path = call.Model(0);
        ValidationReport report = ModelValidator.Validate(path, cancellation: call.Cancellation);
        string? architecture;
        using (ModelFile file = ModelFiles.Open(path))
        {
            architecture = ModelSettings.Of(file, CompanionFiles.Of(file)).Architecture ?? file.Architecture;
        }

        (string Stage, Finding? Finding)[] stages = [.. Stages.Select(stage => (stage.Stage, Find(report, stage.Codes)))];
        int passed = stages.Count(stage => stage.Finding is null);
        bool all = report.IsValid;
        call.Answer(
            json =>
            {
                json.WriteString("model", path);
                json.WriteString("architecture", architecture);
                json.WriteStartArray("stages");
                foreach ((string stage, Finding? finding) in stages)
                {
                    json.WriteStartObject();
                    json.WriteString("name", stage);
                    json.WriteString("status", finding is null ? "PASS" : "FAIL");
                    json.WriteString("details", finding?.Text ?? "");
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteNumber("passed", passed);
                json.WriteNumber("total", stages.Length);
                json.WriteBoolean("all_passed", all);
            },
            () => stages.Select(stage => $"{(stage.Finding is null ? "PASS" : "FAIL")}  {stage.Stage}{Text(stage.Finding)}"));
        return all ? AprExit.Done : AprExit.ValidationFailed;
    }

    private static IEnumerable<string> NotChecked(AprCall call, ValidationReport report) =>
        call.Has("--strict") ? report.NotChecked : [];

    // What no other stage knows belongs to the values.
    private static Finding? Find(ValidationReport report, ErrorCode[] codes) =>
        report.Findings.FirstOrDefault(
            finding => codes.Length > 0 ? codes.Contains(finding.Code) : !Stages.Any(stage => stage.Codes.Contains(finding.Code)));

    private static string Text(Finding? finding) => finding is null ? "" : $": {finding.Text}";
}
