using ModelPack.Diagnostics;

namespace ModelPack.Tool.Output.Text;

/// <summary>What was edited, in a few lines.</summary>
internal static class EditText
{
    public static string Of(string source, string target, SaveReport report)
    {
        TextReport text = new();
        text.Line($"{source} -> {target}: {(report.IsUnchanged ? "unchanged, byte for byte" : "edited, and read back as it was to be")}");
        text.Field("output", $"{Size.Exact(report.Length)} in {Plural.Of(report.Files.Count, "file")}");
        text.Section("notes", report.Notes);
        return text.ToString();
    }
}
