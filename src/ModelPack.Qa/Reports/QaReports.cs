using ModelPack.Qa.Evidence;

namespace ModelPack.Qa.Reports;

/// <summary>The files of a run: evidence, and the reports that are made of it.</summary>
internal static class QaReports
{
    public const string EvidenceName = "evidence.json";

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
        File.WriteAllText(Path.Combine(folder, "junit.xml"), JUnitReport.Of(evidence));
        File.WriteAllText(Path.Combine(folder, "report.md"), MarkdownReport.Of(evidence));
        File.WriteAllText(Path.Combine(folder, "report.html"), QaHtmlReport.Of(evidence));
    }
}
