using System.Xml.Linq;
using ModelPack.Qa.Evidence;
using ModelPack.Qa.Reports;

namespace ModelPack.Tool.Tests.Qa;

/// <summary>What the harness writes is read, and reports hold what its own reports hold.</summary>
[TestClass]
public sealed class QaReportTests
{
    // In the shape that serde gives the harness's Evidence: metadata is empty, the version unknown.
    private const string Harness = """
        [{
          "id": "0000000000000000187e4a0f5d2c3b1a", "gate_id": "F-RUN-001",
          "scenario": {
            "id": "small_chat_gpu_gguf_0000000000000001", "model": { "org": "modelpack", "name": "small", "variant": null },
            "modality": "chat", "backend": "gpu", "format": "gguf", "prompt": "2+2?", "temperature": 0.0, "max_tokens": 32, "seed": 1,
            "trace_level": "none", "oracle_type": "arithmetic"
          },
          "outcome": "Crashed", "reason": "Process crashed with exit code 139", "output": "", "stderr": "core dumped", "exit_code": 139,
          "metrics": {
            "tokens_per_second": null, "time_to_first_token_ms": null, "total_tokens": null, "memory_peak_mb": null, "duration_ms": 1500
          },
          "timestamp": "2026-02-14T10:00:00.123456789Z",
          "host": { "hostname": "h", "os": "linux", "cpu": "unknown", "gpu": null, "apr_version": "unknown" }, "metadata": {}
        }]
        """;

    [TestMethod]
    public void Evidence_of_the_harness_keeps_who_was_asked_and_what_a_crash_said()
    {
        using TestFolder folder = new();
        string path = folder.Write("evidence.json", System.Text.Encoding.UTF8.GetBytes(Harness));
        GateEvidence one = EvidenceJson.Read(path).Single();
        Assert.AreEqual(("chat", "gpu", "core dumped", 1500L), (one.Modality, one.Backend, one.StandardError, one.Milliseconds));
        ToolResult result = InProcess.Run("qa", "report", path, "--output", folder.File("o"));
        result.ShouldExitWith(1);
        XElement suite = XDocument.Load(folder.File("o/junit.xml")).Root!;
        XElement testcase = suite.Element("testcase")!;
        Assert.AreEqual("chat_gpu_F-RUN-001", testcase.Attribute("name")!.Value);
        Assert.AreEqual("CrashError", testcase.Element("error")!.Attribute("type")!.Value);
        Assert.Contains("core dumped", testcase.Element("error")!.Value);
        Assert.AreEqual("1", suite.Attribute("errors")!.Value);
        Assert.AreEqual("1.500", suite.Attribute("time")!.Value);

        string again = EvidenceJson.Write([one], "ModelPack");
        Assert.Contains("\"stderr\": \"core dumped\"", again);
        Assert.Contains("\"modality\": \"chat\"", again);
    }

    [TestMethod]
    public void Text_of_a_model_is_escaped_in_every_report()
    {
        using TestFolder folder = new();
        const string Hostile = "a\u202E##vso[x] <b> \"q\" error X";
        GateEvidence one = new()
        {
            Id = "1", Gate = Hostile, Organization = Hostile, Model = Hostile, Subject = Hostile, Outcome = Outcome.Crashed,
            Reason = Hostile, Output = Hostile, StandardError = Hostile, Modality = Hostile, Backend = Hostile,
        };
        string source = folder.Write($"{Hostile}.safetensors", ModelBytes.SafeTensors(1, 2));
        Certificate certificate = ModelConverter.Convert(source, folder.File("m.gguf"), ModelFormat.Gguf, new() { Sha256 = true });
        string[] reports =
        [
            MarkdownReport.Of([one]), JUnitReport.Of([one]), QaHtmlReport.Of([one]), EvidenceJson.Write([one], Hostile),
            ModelCard.Of(certificate), PublishManifest.Of(certificate), one.ToError().Message,
        ];
        foreach (string report in reports)
        {
            Assert.Contains("u202E", report);
            Assert.DoesNotContain('\u202e', report);
            Assert.DoesNotContain("##vso", report);
            Assert.DoesNotContain("<b>", report == reports[3] || report == reports[6] || report == reports[5] ? "" : report);
        }
    }

    [TestMethod]
    [DataRow("\"Crashed\"", "\"4\"", "'4' is no outcome")]
    [DataRow("\"Crashed\"", "\"crashed\"", "is no outcome")]
    [DataRow("\"Crashed\"", "\"Crashed, Skipped\"", "is no outcome")]
    [DataRow("\"gguf\"", "\"onnx\"", "is no format")]
    [DataRow("\"metadata\": {}", "\"metadata\": null", "")]
    [DataRow("\"duration_ms\": 1500", "\"duration_ms\": \"x\"", "")]
    [DataRow("[{", "{\"a\": [{", "")]
    public void What_is_no_evidence_is_refused(string old, string other, string message)
    {
        using TestFolder folder = new();
        string path = folder.Write(
            "e.json", System.Text.Encoding.UTF8.GetBytes(Harness.Replace(old, other) + (old == "[{" ? "}" : "")));
        ModelPackException refused = Assert.ThrowsExactly<ModelPackException>(() => EvidenceJson.Read(path));
        Assert.AreEqual("MP7011", refused.Code.Id);
        Assert.Contains(message, refused.Detail);
    }

    [TestMethod]
    public void Evidence_of_nothing_is_refused()
    {
        using TestFolder folder = new();
        ToolResult result = InProcess.Run("qa", "report", folder.Write("e.json", "[]"u8), "--output", folder.File("o"));
        result.ShouldExitWith(2);
        Assert.Contains("MP7011: it holds no evidence: nothing was looked at", result.Error);
    }

    /// <summary>Numbers worked out by hand from the harness's formula.</summary>
    [TestMethod]
    [DataRow("F-CONV-G-A C", "1000", "100.00", "A+", "true")]
    [DataRow("F-CONV-G-A F;F-CONV-A-G C;F-CONV-NAME-001 S;F-CONTRACT-I2-001 C", "963", "98.53", "A+", "true")]
    [DataRow("F-CONV-RT-001 F;F-CONV-IDEM-001 F;F-CONV-COM-001 F", "850", "93.70", "A", "true")]
    [DataRow("F-ROSETTA-FP-001 F", "800", "91.38", "A-", "true")]
    [DataRow("F-ROSETTA-INF-001 T", "790", "90.90", "A-", "true")]
    [DataRow("F-STAB-001 F;F-PERF-001 F;F-EDGE-001 F;F-COMP-001 F;F-REGR-001 F;x F", "0", "0.00", "F", "true")]
    [DataRow("F-CONV-G-A X;F-CONV-A-G C", "0", "0.00", "F", "false")]
    [DataRow("G0-INTEGRITY-001 F", "0", "0.00", "F", "false")]
    [DataRow("G0-PULL F", "800", "91.38", "A-", "true")]
    [DataRow("G1-LOAD F", "0", "0.00", "F", "false")]
    [DataRow("G2-RUN T", "0", "0.00", "F", "false")]
    [DataRow("G4-X F;a C;b C;c C", "950", "98.00", "A+", "true")]
    [DataRow("G4-X F;G4-Y F;b C;c C", "0", "0.00", "F", "false")]
    public void JUnit_holds_the_score_of_the_harness_by_its_formula(
        string gates, string raw, string normalized, string grade, string passed)
    {
        using TestFolder folder = new();
        QaReports.WriteReports(
            folder.Path, [.. gates.Split(';').Select(gate => gate.Split(' ')).Select(gate => Evidence(gate[0], gate[1][0]))]);
        XElement properties = XDocument.Load(folder.File("junit.xml")).Root!.Element("properties")!;
        Assert.AreEqual(
            $"mqs.raw_score={raw} mqs.normalized_score={normalized} mqs.grade={grade} mqs.gateways_passed={passed}",
            string.Join(' ', properties.Elements().Select(one => $"{one.Attribute("name")!.Value}={one.Attribute("value")!.Value}")));
    }

    [TestMethod]
    [DataRow('F', "failure", "AssertionError")]
    [DataRow('X', "error", "CrashError")]
    [DataRow('T', "error", "TimeoutError")]
    [DataRow('S', "skipped", null)]
    public void JUnit_tells_failures_errors_and_what_was_skipped_apart(char outcome, string element, string? type)
    {
        using TestFolder folder = new();
        QaReports.WriteReports(folder.Path, [Evidence("F-CONV-G-A", outcome)]);
        XElement suite = XDocument.Load(folder.File("junit.xml")).Root!;
        XElement found = suite.Element("testcase")!.Element(element)!;
        Assert.AreEqual("because", found.Attribute("message")!.Value);
        Assert.AreEqual(type, found.Attribute("type")?.Value);
        Assert.AreEqual(
            (element == "failure" ? "1" : "0", element == "error" ? "1" : "0", element == "skipped" ? "1" : "0"),
            (suite.Attribute("failures")!.Value, suite.Attribute("errors")!.Value, suite.Attribute("skipped")!.Value));
    }

    private static GateEvidence Evidence(string gate, char outcome) => new()
    {
        Id = new('a', 32), Gate = gate, Organization = "org", Model = "name", Reason = "because",
        Outcome = outcome switch
        {
            'C' => Outcome.Corroborated, 'F' => Outcome.Falsified, 'S' => Outcome.Skipped, 'T' => Outcome.Timeout, _ => Outcome.Crashed,
        },
    };
}
