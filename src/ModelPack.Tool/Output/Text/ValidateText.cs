using ModelPack.Diagnostics;
using ModelPack.Tool.Commands;

namespace ModelPack.Tool.Output.Text;

/// <summary>The outcome of a validation. The findings follow as messages on standard error.</summary>
internal static class ValidateText
{
    public static string Of(string path, ValidationReport validation, JudgedFindings judged)
    {
        TextReport report = new();
        report.Line($"{path}: {Verdict(judged)}");
        report.Field("format", validation.Format);
        report.Field("tensors", $"{validation.Tensors}");
        report.Section("chat templates shown to be harmless", validation.HarmlessTemplates);
        report.Section("values not checked, the type has no check for finite values", validation.NotChecked);
        report.Section("accepted findings", judged.All.Where(found => found.Accepted is not null).Select(Accepted));
        report.Section("the baseline", judged.Remarks);
        report.Section("notes", validation.Notes.Select(NoteText.Of));
        return report.ToString();
    }

    private static string Accepted(JudgedFinding found) =>
        $"{found.Finding.Code.Id} {found.Finding.Place}: {found.Accepted!.Reason}; until {found.Accepted.Expires:yyyy-MM-dd}";

    private static string Verdict(JudgedFindings judged)
    {
        int accepted = judged.All.Count(found => found.Accepted is not null);
        int open = judged.All.Length - accepted;
        string tail = accepted == 0 ? "" : $", {accepted} more accepted";
        return judged.All.IsEmpty ? "sound" : $"valid structure, {Plural.Of(open, "finding")}{tail}";
    }
}
