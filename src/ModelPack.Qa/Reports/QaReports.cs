using ModelPack.Qa.Evidence;

namespace ModelPack.Qa.Reports;

/// <summary>The files of a run: evidence, and the reports that are made of it.</summary>
internal static class QaReports
{
    private const string EvidenceName = "evidence.json";
    private const string JUnitName = "junit.xml";
    private const string MarkdownName = "report.md";
    private const string HtmlName = "report.html";

    public static IReadOnlyList<string> Names { get; } = [EvidenceName, JUnitName, MarkdownName, HtmlName];

    /// <summary>Writes evidence.json, junit.xml, report.md and report.html.</summary>
    public static void Write(string folder, IReadOnlyList<GateEvidence> evidence, string tool)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, EvidenceName), EvidenceJson.Write(evidence, tool));
        WriteReports(folder, evidence);
    }

    /// <summary>Writes the reports alone.</summary>
    public static void WriteReports(string folder, IReadOnlyList<GateEvidence> evidence)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, JUnitName), JUnitReport.Of(evidence));
        File.WriteAllText(Path.Combine(folder, MarkdownName), MarkdownReport.Of(evidence));
        File.WriteAllText(Path.Combine(folder, HtmlName), QaHtmlReport.Of(evidence));
    }
}
