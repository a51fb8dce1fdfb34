using System.CommandLine;
using ModelPack.Tool.Help;
using ModelPack.Tool.Output;
using ModelPack.Tool.Output.Json;

namespace ModelPack.Tool.Commands;

/// <summary><c>explain CODE</c></summary>
internal static class ExplainCommand
{
    public static Verb Create(ToolSession session)
    {
        Argument<string> code = new("CODE") { Description = "An error code: MP and four digits, as a message shows it." };
        Verb verb = new("explain", "Say what an error code means and what to do.")
        {
            Synopsis = "CODE",
            Examples = [new("what went wrong?", "dotnet modelpack explain MP2002")],
            Outcomes = [new("0", "explained"), new("2", "there is no such code")],
        };
        code.Validators.Add(result =>
        {
            string word = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
            if (word.Length > 0 && CodeTable.Find(word) is null)
            {
                result.AddError($"There is no error code '{word}'. Codes are MP and four digits.");
            }
        });
        code.CompletionSources.Add(_ => CodeTable.All().Select(known => new System.CommandLine.Completions.CompletionItem(known)));
        verb.Arguments.Add(code);
        verb.SetAction(parsed =>
        {
            CodeTable.Row row = CodeTable.Find(parsed.GetRequiredValue(code))!;
            session.Publish(() => Text(row), writer => ExplainJson.Write(writer, row));
            return Diagnostics.ExitCode.Done;
        });
        return verb;
    }

    private static string Text(CodeTable.Row row)
    {
        TextReport report = new();
        report.Line($"{row.Code}: {row.Summary}");
        report.Field("remedy", row.Remedy);
        if (row.Rule is { } rule)
        {
            report.Field("rule", $"{rule} (docs/formats)");
        }

        if (row.ExitCode is { } exitCode)
        {
            report.Field("exit code", $"{exitCode}");
        }

        return report.ToString();
    }
}
