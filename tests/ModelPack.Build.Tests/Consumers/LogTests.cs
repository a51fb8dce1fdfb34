using System.Text.Json;
using System.Text.RegularExpressions;

namespace ModelPack.Build.Tests.Consumers;

/// <summary>What services read in the log of a build, and the findings as a file.</summary>
[TestClass]
public sealed partial class LogTests
{
    private const string Body = """
          <ItemGroup>
            <ModelVerify Include="models/*.gguf"
                         Verify="Strict" />
            <ModelConvert Include="sound.gguf" To="apr" Quantised="auto" />
          </ItemGroup>
        """;

    // The line of ModelVerify in the project that Consumer writes.
    private const int Line = 13;

    [TestMethod]
    public void For_GitHub_an_error_names_the_line_of_its_item_in_the_form_of_the_problem_matcher()
    {
        Consumer app = Broken();
        File.Move(app.In("models", "broken.gguf"), app.In("models", "broken ##vso[x].gguf"));
        string[] errors = [.. app.Build("-p:GITHUB_ACTIONS=true").Failed().Errors("MP2102")];
        Match matched = ProblemMatcher().Match(errors.Single());
        Assert.IsTrue(matched.Success, errors[0]);
        Assert.EndsWith("App.csproj", matched.Groups[1].Value);
        Assert.AreEqual($"{Line}", matched.Groups[2].Value);
        StringAssert.Matches(
            matched.Groups[5].Value, new(@"models.broken #\\u0023vso\[x\]\.gguf: .*victim.*\(at byte \d+\)"));
        Assert.EndsWith("App.csproj", matched.Groups[6].Value);

        Consumer nothing = Consumer.Create("""<ItemGroup><ModelVerify Include="nowhere/*.gguf" /></ItemGroup>""");
        string missing = nothing.Build("-p:GITHUB_ACTIONS=true").Failed().Errors("MP4008").Single();
        Assert.IsTrue(ProblemMatcher().IsMatch(missing), missing);
    }

    [TestMethod]
    public void A_slip_of_an_item_names_the_line_of_the_item()
    {
        Consumer app = Consumer.Create(Body).WithModel("sound.gguf").WithModel("models/sound.gguf");
        string error = app.Build("-p:GITHUB_ACTIONS=true").Failed().Errors("MP4023").Single();
        Match matched = ProblemMatcher().Match(error);
        Assert.IsTrue(matched.Success, error);
        Assert.AreEqual($"{Line + 2}", matched.Groups[2].Value);
    }

    [TestMethod]
    public void For_Azure_there_is_a_line_of_its_own_form_too()
    {
        string output = Broken().Build("-p:TF_BUILD=True").Failed().Output;
        StringAssert.Matches(
            output, new($@"##vso\[task\.logissue type=error;sourcepath=[^;]+App\.csproj;linenumber={Line};code=MP2102;\]\S+broken\.gguf: "));
    }

    [TestMethod]
    public void The_findings_of_all_tasks_of_a_build_are_one_SARIF_file_and_a_gate_that_fails_keeps_the_conversion_from_beginning()
    {
        Consumer app = Broken();
        Assert.DoesNotContain("MP4023", app.Build("-p:ModelPackSarif=logs/models.sarif").Failed().Output);
        JsonElement finding = Results(app, "models.sarif").Single();
        Assert.AreEqual(("MP2102", "error"), (Text(finding, "ruleId"), Text(finding, "level")));
        JsonElement place = finding.GetProperty("locations")[0].GetProperty("physicalLocation");
        Assert.EndsWith("/models/broken.gguf", place.GetProperty("artifactLocation").GetProperty("uri").GetString());
        Assert.IsGreaterThan(0, place.GetProperty("region").GetProperty("byteOffset").GetInt64());

        // The next build begins anew. A slip is a warning of the conversion, the model a finding of the gate before it.
        string project = File.ReadAllText(app.In("App.csproj"))
            .Replace("<MSBuildTreatWarningsAsErrors>true", "<MSBuildTreatWarningsAsErrors>false");
        app.WithFile("App.csproj", project.Replace("Verify=\"Strict\"", "AllowNonFinite=\"true\""));
        app.Rebuild("-p:ModelPackSarif=logs/models.sarif").Succeeded();
        JsonElement slip = Results(app, "models.sarif").Single();
        Assert.AreEqual(("MP4023", "warning"), (Text(slip, "ruleId"), Text(slip, "level")));

        app.WithFile("mine.json", "{}");
        Assert.Contains("error MP4090", app.Rebuild("-p:ModelPackSarif=mine.json").Failed().Output);
        Assert.AreEqual("{}", File.ReadAllText(app.In("mine.json")));
    }

    [TestMethod]
    public void Each_framework_has_a_log_of_its_own()
    {
        Consumer app = Consumer.Create(Body.Replace("Quantised=\"auto\"", ""), "net10.0;net9.0")
            .WithModel("sound.gguf").WithModel("models/sound.gguf");
        app.Build("-p:ModelPackSarif=models.sarif", "-p:NuGetAudit=false").Succeeded();
        foreach (string name in new[] { "models.sarif", "models.net10.0.sarif", "models.net9.0.sarif" })
        {
            Assert.IsTrue(app.Has(name), name);
        }
    }

    private static Consumer Broken()
    {
        Consumer app = Consumer.Create(Body).WithModel("sound.gguf");
        Directory.CreateDirectory(app.In("models"));
        File.Copy(RepositoryData.Path("corpus", "gguf", "hostile", "nan-f32-quiet.gguf"), app.In("models", "broken.gguf"));
        return app;
    }

    private static JsonElement[] Results(Consumer app, string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(app.In("logs", name)));
        return [.. document.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray().Select(result => result.Clone())];
    }

    private static string? Text(JsonElement result, string name) => result.GetProperty(name).GetString();

    /// <summary>The expression of setup-dotnet.</summary>
    [GeneratedRegex(@"^(.*)\((\d+)(?:,\d+|,\d+,\d+)?\):\s+(error|warning)\s+([a-zA-Z]+(?<!MSB)\d+):\s*(.*?)\s+\[(.*?)\]$")]
    private static partial Regex ProblemMatcher();
}
