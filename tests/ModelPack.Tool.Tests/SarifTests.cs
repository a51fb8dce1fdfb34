using System.Text.Json;

namespace ModelPack.Tool.Tests;

/// <summary>Findings as SARIF, and those that are accepted.</summary>
[TestClass]
public sealed class SarifTests
{
    [TestMethod]
    public void A_finding_is_a_result_with_rule_place_and_byte()
    {
        using TestFolder folder = new();
        JsonElement run = Log(folder, 1, "validate", Nan(folder));
        JsonElement rule = run.GetProperty("tool").GetProperty("driver").GetProperty("rules")[0];
        JsonElement result = run.GetProperty("results")[0];
        Assert.AreEqual("MP2102", rule.GetProperty("id").GetString());
        Assert.AreEqual("MP2102", result.GetProperty("ruleId").GetString());
        Assert.AreEqual(0, result.GetProperty("ruleIndex").GetInt32());
        JsonElement place = result.GetProperty("locations")[0];
        Assert.EndsWith(
            "/nan.safetensors", place.GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri").GetString());
        Assert.IsGreaterThan(0, place.GetProperty("physicalLocation").GetProperty("region").GetProperty("byteOffset").GetInt64());
        Assert.AreEqual("w", place.GetProperty("logicalLocations")[0].GetProperty("fullyQualifiedName").GetString());
    }

    [TestMethod]
    [DataRow("verify", "MP5011")]
    [DataRow("diff", "MP5031")]
    public void Each_difference_is_a_result(string verb, string code)
    {
        using TestFolder folder = new();
        string other = folder.Write("other.safetensors", ModelBytes.SafeTensors(1, 2, 4));
        JsonElement run = Log(folder, 1, verb, folder.Write("one.safetensors", ModelBytes.SafeTensors(1, 2, 3)), other);
        Assert.AreEqual(code, run.GetProperty("results")[0].GetProperty("ruleId").GetString());
        Assert.Contains("payload", run.GetProperty("results")[0].GetProperty("message").GetProperty("text").GetString()!);
        Assert.AreEqual(0, Log(folder, 0, verb, other, other).GetProperty("results").GetArrayLength());
    }

    [TestMethod]
    public void A_file_that_cannot_be_read_is_a_result_too()
    {
        using TestFolder folder = new();
        JsonElement run = Log(folder, 3, "validate", folder.Write("cut.gguf", "GGUF\u0003\0\0\0"u8));
        Assert.AreEqual("MP1004", run.GetProperty("results")[0].GetProperty("ruleId").GetString());
    }

    [TestMethod]
    public void A_log_replaces_no_file_unless_it_is_asked_to_and_no_file_of_the_model_ever()
    {
        using TestFolder folder = new();
        string model = Nan(folder);
        string taken = folder.Write("taken.sarif", "mine"u8);
        Assert.Contains("MP5022", InProcess.Run("validate", model, "--sarif", taken).Error);
        Assert.AreEqual("mine", File.ReadAllText(taken));
        InProcess.Run("validate", model, "--sarif", taken, "--force").ShouldExitWith(1);
        Assert.StartsWith("{", File.ReadAllText(taken));
        Assert.Contains("MP5003", InProcess.Run("validate", model, "--sarif", model, "--force").Error);
        Assert.Contains("MP5003", InProcess.Run("verify", taken, model, "--sarif", model, "--force").Error);
    }

    [TestMethod]
    public void An_accepted_finding_passes_until_its_day_and_the_log_says_why()
    {
        using TestFolder folder = new();
        string model = Nan(folder);
        string baseline = Baseline(folder, "2999-12-31");
        ToolResult result = InProcess.Run("validate", model, "--baseline", baseline, "--sarif", folder.File("log.sarif"));
        result.ShouldExitWith(0);
        Assert.AreEqual("", result.Error);
        Assert.Contains("0 findings, 1 more accepted", result.Output);
        Assert.Contains("MP2102 w: by design; until 2999-12-31", result.Output);
        JsonElement found = Results(folder.File("log.sarif"))[0];
        Assert.AreEqual("accepted", found.GetProperty("suppressions")[0].GetProperty("status").GetString());
        Assert.AreEqual("by design", found.GetProperty("suppressions")[0].GetProperty("justification").GetString());

        ToolResult expired = InProcess.Run("validate", model, "--baseline", Baseline(folder, "2020-01-01"));
        expired.ShouldExitWith(1);
        Assert.Contains("expired on 2020-01-01", expired.Output);
        Assert.Contains("error MP2102", expired.Error);
        string sound = folder.Write("sound.safetensors", ModelBytes.SafeTensors(1, 2, 3));
        Assert.Contains("no such finding any more", InProcess.Run("validate", sound, "--baseline", Baseline(folder, "2999-12-31")).Output);
    }

    [TestMethod]
    [DataRow("""{"schema":1}""")]
    [DataRow("""{"schema":2,"accepted":[]}""")]
    [DataRow("""{"schema":1,"accepted":[{"code":"MP2102","expires":"2999-12-31"}]}""")]
    [DataRow("""{"schema":1,"accepted":[{"code":"MP2102","reason":" ","expires":"2999-12-31"}]}""")]
    [DataRow("""{"schema":1,"accepted":[{"code":"MP2102","reason":"r","expires":"soon"}]}""")]
    [DataRow("""{"schema":1,"accepted":[{"code":"MP2102","plaze":"w","reason":"r","expires":"2999-12-31"}]}""")]
    [DataRow("""{"schema":1,"accepted":[{"code":"MP2102","place":"w","place":null,"reason":"r","expires":"2999-12-31"}]}""")]
    [DataRow("""{"schema":1,"accept":[],"accepted":[]}""")]
    [DataRow("not JSON")]
    public void A_baseline_that_cannot_be_understood_is_refused(string text)
    {
        using TestFolder folder = new();
        File.WriteAllText(folder.File("b.json"), text);
        ToolResult result = InProcess.Run("validate", Nan(folder), "--baseline", folder.File("b.json"));
        result.ShouldExitWith(2);
        Assert.Contains("MP5007", result.Error);
    }

    [TestMethod]
    [DataRow("finding", 0)]
    [DataRow("changes-results", 0)]
    [DataRow("note", 1)]
    [DataRow("never", 0)]
    public void A_note_fails_if_its_rank_is_asked_for(string level, int exitCode)
    {
        string odd = RepositoryData.Corpus("gguf/valid/padding-not-zero.gguf");
        Assert.Contains("notes", InProcess.Run("validate", odd).Output);
        InProcess.Run("validate", odd, "--fail-on", level).ShouldExitWith(exitCode);
    }

    [TestMethod]
    public void Findings_fail_nothing_if_nothing_is_to_fail()
    {
        using TestFolder folder = new();
        InProcess.Run("validate", Nan(folder), "--fail-on", "never").ShouldExitWith(0);
    }

    [TestMethod]
    [DataRow("""{"version": "2.1.0"}""")]
    [DataRow("""{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "a"}}, "results": [{"message": "text"}]}]}""")]
    [DataRow("""{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "a"}}, "results": [{"message": {"text": "a"}, "level": "bad"}]}]}""")]
    public void The_schema_of_the_log_refuses_what_is_none(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        Assert.IsNotEmpty(Schemas.SarifProblems(document.RootElement));
    }

    private static string Nan(TestFolder folder) => folder.Write("nan.safetensors", ModelBytes.SafeTensors(1, float.NaN, 3));

    private static string Baseline(TestFolder folder, string day)
    {
        string path = folder.File($"{day}.json");
        File.WriteAllText(path, $$"""{"schema":1,"accepted":[{"code":"MP2102","place":"w","reason":"by design","expires":"{{day}}"}]}""");
        return path;
    }

    private static JsonElement Log(TestFolder folder, int exitCode, params string[] args)
    {
        string path = folder.File($"{Guid.NewGuid():N}.sarif");
        InProcess.Run([.. args, "--sarif", path]).ShouldExitWith(exitCode);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        Assert.AreEqual("2.1.0", document.RootElement.GetProperty("version").GetString());
        Assert.IsEmpty(Schemas.SarifProblems(document.RootElement));
        return document.RootElement.GetProperty("runs")[0].Clone();
    }

    private static JsonElement Results(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        Assert.IsEmpty(Schemas.SarifProblems(document.RootElement));
        return document.RootElement.GetProperty("runs")[0].GetProperty("results").Clone();
    }
}
