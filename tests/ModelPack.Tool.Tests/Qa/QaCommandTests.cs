using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ModelPack.Qa.Evidence;
using ModelPack.Qa.Reports;

namespace ModelPack.Tool.Tests.Qa;

/// <summary>The verb qa: exit codes, evidence and reports.</summary>
[TestClass]
public sealed class QaCommandTests
{
    private static readonly string Model = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");
    private static readonly string Playbooks = Path.Combine(RepositoryData.Repository, "tests", "data", "playbooks");

    [TestMethod]
    public void A_run_writes_evidence_of_the_shape_of_the_harness_and_three_reports()
    {
        using TestFolder folder = new();
        string output = folder.File("out");
        ToolResult result = InProcess.Run(
            "qa", "run", Path.Combine(Playbooks, "small-qwen2-quick.playbook.yaml"), "--model-path", Model, "--output", output, "--json");
        result.ShouldExitWith(0);
        using JsonDocument summary = JsonDocument.Parse(result.Output);
        Assert.AreEqual(0, summary.RootElement.GetProperty("falsified").GetInt32());
        string[] files = ["evidence.json", "junit.xml", "report.html", "report.md"];
        CollectionAssert.AreEqual(files, folder.Names.Select(Path.GetFileName).ToArray());
        using JsonDocument evidence = JsonDocument.Parse(File.ReadAllText(Path.Combine(output, "evidence.json")));
        Assert.IsEmpty(Schemas.Problems("evidence", evidence.RootElement));
        Assert.IsGreaterThan(20, evidence.RootElement.GetArrayLength());
        Assert.HasCount(
            evidence.RootElement.GetArrayLength(),
            evidence.RootElement.EnumerateArray().Select(one => one.GetProperty("id").GetString()).Distinct());
        XElement suite = XDocument.Load(Path.Combine(output, "junit.xml")).Root!;
        Assert.AreEqual(evidence.RootElement.GetArrayLength(), suite.Elements("testcase").Count());
        Assert.AreEqual("0", suite.Attribute("failures")!.Value);
        Assert.Contains("| F-CONV-G-A | G → A | Corroborated |", File.ReadAllText(Path.Combine(output, "report.md")));
        Assert.Contains("<td>F-CONV-G-A</td>", File.ReadAllText(Path.Combine(output, "report.html")));

        string again = folder.File("again");
        InProcess.Run("qa", "report", Path.Combine(output, "evidence.json"), "--output", again).ShouldExitWith(0);
        Assert.AreEqual(
            File.ReadAllText(Path.Combine(output, "report.md")), File.ReadAllText(Path.Combine(again, "report.md")));
    }

    [TestMethod]
    public void The_schema_refuses_evidence_that_the_harness_could_not_read()
    {
        GateEvidence sound = new()
        {
            Id = new('a', 32), Gate = "F-CONV-G-A", Organization = "org", Model = "name", Format = ModelFormat.Gguf,
            Outcome = Outcome.Corroborated, Reason = "one tensor",
        };
        string text = EvidenceJson.Write([sound], "ModelPack 1.0.0");
        Assert.IsEmpty(Problems(text));
        string[] names = [.. JsonNode.Parse(text)![0]!.AsObject().Select(field => field.Key)];
        Assert.HasCount(12, names);
        foreach (string name in names)
        {
            JsonNode without = JsonNode.Parse(text)!;
            without[0]!.AsObject().Remove(name);
            Assert.IsNotEmpty(Problems(without.ToJsonString()), name);
        }

        foreach (string wrong in new[]
        {
            "{}", "[{}]", text.Replace("aaaa", "AAAA"), text.Replace("Corroborated", "Passed"),
            text.Replace("\"severity\"", "\"n\": 1, \"s\""), text.Replace("Z\"", "+01:00\""),
            text.Replace("\"duration_ms\": 0", "\"duration_ms\": -1"), text.Replace("\"gguf\"", "\"onnx\""),
        })
        {
            Assert.AreNotEqual(text, wrong);
            Assert.IsNotEmpty(Problems(wrong), wrong);
        }

        static string[] Problems(string text)
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return Schemas.Problems("evidence", document.RootElement);
        }
    }

    /// <summary>Gate names come from playbooks, names of tensors and texts from models.</summary>
    [TestMethod]
    public void Nothing_from_a_file_breaks_out_of_a_report()
    {
        const string Hostile = "x|`<script>alert(1)</script>`\n## [a](http://b) &lt; \u202E\u0000\uD800\uFFFE]]>\"'<!--";
        using TestFolder folder = new();
        GateEvidence one = new()
        {
            Id = new('b', 32), Gate = Hostile, Organization = Hostile, Model = Hostile, Outcome = Outcome.Falsified, Reason = Hostile,
            Output = Hostile, Subject = Hostile, Metadata = ImmutableSortedDictionary<string, string>.Empty.Add(Hostile, Hostile),
        };
        QaReports.Write(folder.Path, [one, one with { Outcome = Outcome.Skipped }, one with { Outcome = Outcome.Crashed }], Hostile);
        XElement suite = XDocument.Load(folder.File("junit.xml")).Root!;
        Assert.HasCount(3, suite.Elements("testcase"));
        Assert.HasCount(6, suite.Elements("testcase").DescendantsAndSelf());
        string html = File.ReadAllText(folder.File("report.html"));
        Assert.DoesNotContain("<script", html);
        Assert.DoesNotContain("<!--", html);
        Assert.HasCount(4, html.Split("<tr>").Skip(1));
        string[] lines = File.ReadAllLines(folder.File("report.md"));
        Assert.HasCount(9, lines);
        foreach (string line in lines[6..])
        {
            Assert.HasCount(5, Regex.Matches(line, @"(?<!\\)\|"), line);
            Assert.IsFalse(Regex.IsMatch(line, @"<|(?<!\\)[`\[]|&lt;script&gt;"), line);
        }

        foreach (string name in folder.Names)
        {
            string text = File.ReadAllText(folder.File(name));
            Assert.IsFalse(text.Any(letter => letter is '\u202E' or '\0' or '\uFFFE' || (char.IsControl(letter) && letter != '\n')), name);
        }

        Assert.HasCount(3, EvidenceJson.Read(folder.File("evidence.json")));
    }

    [TestMethod]
    [DataRow(2, "MP7002", "a: 1", "MODEL")]
    [DataRow(2, "MP7001", "- 1", "MODEL")]
    [DataRow(3, "MP7010", null, "MODEL")]
    [DataRow(3, "MP7010", "SOUND", "none.gguf")]
    public void What_keeps_a_run_from_starting_has_an_exit_code_of_its_own(int exitCode, string code, string? playbook, string model)
    {
        using TestFolder folder = new();
        string path = playbook switch
        {
            null => folder.File("none.yaml"),
            "SOUND" => Path.Combine(Playbooks, "small-qwen2-quick.playbook.yaml"),
            _ => folder.Write("p.yaml", System.Text.Encoding.UTF8.GetBytes(playbook)),
        };
        ToolResult result = InProcess.Run(
            "qa", "run", path, "--model-path", model == "MODEL" ? Model : model, "--output", folder.File("o"));
        result.ShouldExitWith(exitCode);
        Assert.Contains(code, result.Error);
        Assert.IsFalse(Directory.Exists(folder.File("o")));
    }

    [TestMethod]
    public void A_falsified_gate_exits_with_1()
    {
        using TestFolder folder = new();
        string damaged = folder.Write("m.gguf", File.ReadAllBytes(Model).AsSpan(0, 1_000_000));
        ToolResult result = InProcess.Run(
            "qa", "run", Path.Combine(Playbooks, "small-qwen2-quick.playbook.yaml"), "--model-path", damaged, "--output", folder.File("o"));
        result.ShouldExitWith(1);
        Assert.Contains("MP7030", result.Error);
        InProcess.Run("qa", "report", Path.Combine(folder.File("o"), "evidence.json"), "--output", folder.File("p")).ShouldExitWith(1);
        ToolResult refused = InProcess.Run("qa", "report", damaged, "--output", folder.File("p"));
        refused.ShouldExitWith(2);
        Assert.Contains("MP7011", refused.Error);
        ToolResult crashed = InProcess.Run(
            "qa", "run", Path.Combine(Playbooks, "small-qwen2-quick.playbook.yaml"), "--model-path", Model, "--output", folder.File("q"),
            "--runner", "sh -c \"exit 3\"");
        crashed.ShouldExitWith(1);
        Assert.Contains("MP7020", crashed.Error);
    }

    [TestMethod]
    public void A_certificate_becomes_a_section_of_a_model_card()
    {
        using TestFolder folder = new();
        InProcess.Run("convert", Model, folder.File("m.apr"), "--sha256").ShouldExitWith(0);
        ToolResult card = InProcess.Run("qa", "card", folder.File("m.apr.modelpack.json"));
        card.ShouldExitWith(0);
        Assert.Contains("Converting it back gives the source byte for byte", card.Output);
        Assert.Contains("| Bytes | 1,675,424 |", card.Output);
        Assert.Contains("| SHA-256 | `", card.Output);
        Assert.Contains("All values are finite.", card.Output);
        InProcess.Run("qa", "card", Model).ShouldExitWith(2);
        ToolResult manifest = InProcess.Run("qa", "manifest", folder.File("m.apr.modelpack.json"));
        manifest.ShouldExitWith(0);
        Assert.Contains("format: apr\nquantization: q4_k\nsha256: ", manifest.Output);
        Assert.Contains($"size_bytes: {new FileInfo(folder.File("m.apr")).Length}\n", manifest.Output);
        InProcess.Run("convert", Model, folder.File("n.apr")).ShouldExitWith(0);
        ToolResult refused = InProcess.Run("qa", "manifest", folder.File("n.apr.modelpack.json"));
        refused.ShouldExitWith(2);
        Assert.Contains("MP7012", refused.Error);
    }

    [TestMethod]
    public void A_run_needs_a_model() => InProcess.Run("qa", "run", "p.yaml").ShouldExitWith(2);
}
