using System.Text.Json;
using System.Xml.Linq;

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
        foreach (string wrong in new[] { "{}", "[{}]", "[{\"id\": 1}]" })
        {
            using JsonDocument document = JsonDocument.Parse(wrong);
            Assert.IsNotEmpty(Schemas.Problems("evidence", document.RootElement), wrong);
        }
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
        InProcess.Run("qa", "report", damaged, "--output", folder.File("p")).ShouldExitWith(2);
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
