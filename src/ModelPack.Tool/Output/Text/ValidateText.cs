namespace ModelPack.Tool.Output.Text;

/// <summary>The outcome of a validation. The findings follow as messages on standard error.</summary>
internal static class ValidateText
{
    public static string Of(string path, ValidationReport validation)
    {
        TextReport report = new();
        report.Line($"{path}: {Verdict(validation.Findings.Length)}");
        report.Field("format", validation.Format);
        report.Field("tensors", $"{validation.Tensors}");
        report.Section("chat templates shown to be harmless", validation.HarmlessTemplates);
        report.Section("values not checked, the type has no check for finite values", validation.NotChecked);
        report.Section("notes", validation.Notes.Select(NoteText.Of));
        return report.ToString();
    }

    private static string Verdict(int findings) => findings switch
    {
        0 => "sound",
        1 => "valid structure, 1 finding",
        _ => $"valid structure, {findings} findings",
    };
}
