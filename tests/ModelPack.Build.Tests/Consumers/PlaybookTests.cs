using System.Text.Json;

namespace ModelPack.Build.Tests.Consumers;

/// <summary>Playbooks in a project that has nothing but the packed package.</summary>
[TestClass]
public sealed class PlaybookTests
{
    private const string Items = """
          <ItemGroup>
            <ModelPackQa Include="qa/*.playbook.yaml" ModelPath="models\small.gguf" Runner="$(Engine)" />
          </ItemGroup>
        """;

    [TestMethod]
    public void A_build_runs_the_gates_once_and_fails_when_one_is_falsified()
    {
        Consumer app = WithPlaybook(Consumer.Create(Items).WithModel("models/small.gguf"));
        Assert.AreEqual(1, app.Build().Succeeded().Count("22 corroborated, 0 falsified"));
        string evidence = app.In("obj", "Debug", "modelpack", "qa", "quick", "small.gguf", "evidence.json");
        using (JsonDocument document = JsonDocument.Parse(File.ReadAllText(evidence)))
        {
            Assert.IsGreaterThan(20, document.RootElement.GetArrayLength());
        }

        Assert.AreEqual(0, app.Rebuild().Succeeded().Count("corroborated,"));

        DotNetResult falsified = app.Rebuild("-p:Engine=echo {model}").Failed();
        StringAssert.StartsWith(
            falsified.Errors("MP7030").First(),
            app.In("qa", "quick.playbook.yaml") + " : error MP7030: F-CONV-INFER-001 (G → A → S → G)");
        Assert.AreEqual(0, falsified.Errors("CS").Count());
        app.Rebuild().Succeeded();

        app.Run("clean").Succeeded();
        Assert.IsFalse(File.Exists(evidence));
    }

    [TestMethod]
    public void The_model_may_be_an_output_of_the_same_build_and_several_frameworks_ask_once()
    {
        Consumer app = WithPlaybook(Consumer.Create(
            """
              <ItemGroup>
                <ModelConvert Include="models/small.gguf" To="apr" />
                <ModelPackQa Include="qa/quick.playbook.yaml" ModelPath="models-out/models/small.apr" OutputPath="reports/" />
              </ItemGroup>
            """,
            frameworks: "net10.0;netstandard2.0").WithModel("models/small.gguf"));
        app.WithFile("Directory.Build.props", "<Project><PropertyGroup><ModelPackOutputDirectory>$(MSBuildThisFileDirectory)models-out/"
            + "</ModelPackOutputDirectory></PropertyGroup></Project>");
        Assert.AreEqual(1, app.Build().Succeeded().Count("22 corroborated, 0 falsified"));
        Assert.IsTrue(app.Has("reports/report.html"));

        File.WriteAllText(app.In("qa", "quick.playbook.yaml"), "nmae: x\n");
        Assert.HasCount(1, app.Rebuild("-m").Failed().Errors("MP7002"));
    }

    [TestMethod]
    public void A_pattern_that_matches_no_playbook_is_an_error()
    {
        Consumer app = Consumer.Create(Items).WithModel("models/small.gguf");
        StringAssert.Contains(
            app.Build().Failed().Errors(BuildErrors.NothingMatched.Id).Single(),
            "ModelPackQa Include=\"qa/*.playbook.yaml\" matches no file");
    }

    private static Consumer WithPlaybook(Consumer app)
    {
        Directory.CreateDirectory(app.In("qa"));
        File.Copy(RepositoryData.Path("playbooks", "small-qwen2-quick.playbook.yaml"), app.In("qa", "quick.playbook.yaml"));
        return app;
    }
}
