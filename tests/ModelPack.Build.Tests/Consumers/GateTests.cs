namespace ModelPack.Build.Tests.Consumers;

/// <summary>A gate that looked at nothing is not green.</summary>
[TestClass]
public sealed class GateTests
{
    [TestMethod]
    public void A_project_that_references_the_package_and_looks_at_no_model_fails_until_it_does_or_says_so()
    {
        Consumer app = Consumer.Create("").WithModel("models/small.gguf");
        DotNetResult none = app.Build().Failed();
        StringAssert.Matches(
            none.Errors(BuildErrors.NoModels.Id).Single(), new(@"^\S+App\.csproj\(10\): error MP4018: .*ModelPackAllowNoModels"));
        StringAssert.Matches(app.BuildInTerminal().Failed().Errors(BuildErrors.NoModels.Id).First(), new(@"App\.csproj\(10\)"));
        app.Rebuild("-p:ModelPackAllowNoModels=true").Succeeded();

        app.WithProject("""
              <PropertyGroup><Models>modles</Models></PropertyGroup>
              <ItemGroup>
                <ModelConvert Include="models/*.gguf" To="apr" />
                <ModelConvert Include="$(Models)/*.gguf" To="apr" />
                <ModelVerify Include="nowhere/*.gguf" Condition="'$(Models)' == 'modles'" />
                <ModelVerify Include="nowhere/*.apr" Condition="'$(Models)' == 'models'" />
              </ItemGroup>
            """);
        string[] errors = [.. app.Rebuild().Failed().Errors(BuildErrors.NothingMatched.Id)];
        Assert.HasCount(2, errors);
        StringAssert.Matches(
            errors[0], new(@"App\.csproj\(15,\d+\): error MP4008: ModelConvert Include=""\$\(Models\)/\*\.gguf"" matches no file"));
        StringAssert.Matches(
            errors[1], new(@"App\.csproj\(16,\d+\): error MP4008: ModelVerify Include=""nowhere/\*\.gguf"" matches no file"));

        app.WithProject("""
              <ItemGroup>
                <ModelConvert Include="nowhere/*.gguf" To="apr" Optional="true" />
              </ItemGroup>
            """);
        app.Rebuild().Succeeded();

        app.WithProject("""
              <Target Name="Convert" AfterTargets="Build">
                <ModelConvert Include="models/*.gguf" Target="apr" />
              </Target>
            """);
        Assert.AreEqual(1, app.Rebuild().Succeeded().Count("(converted and proved)"));
    }

    [TestMethod]
    public void A_reference_for_all_projects_promises_nothing()
    {
        Consumer app = Consumer.Create("");
        string project = File.ReadAllText(app.In("App.csproj"));
        int start = project.IndexOf("<PackageReference", StringComparison.Ordinal);
        int end = project.IndexOf("/>", start, StringComparison.Ordinal) + 2;
        app.WithFile("App.csproj", project.Remove(start, end - start));
        app.WithFile("Directory.Build.props", $"<Project><ItemGroup>{project[start..end]}</ItemGroup></Project>");

        app.Build().Succeeded();
    }

    [TestMethod]
    public void With_several_frameworks_the_items_of_any_count_and_an_error_comes_once()
    {
        Consumer app = Consumer.Create(
            """
              <ItemGroup>
                <ModelVerify Include="small.gguf" Condition="'$(TargetFramework)' == 'net10.0'" />
              </ItemGroup>
            """,
            frameworks: "net10.0;netstandard2.0").WithModel("small.gguf");
        app.Build().Succeeded();

        app.WithProject("", frameworks: "net10.0;netstandard2.0");
        DotNetResult none = app.Rebuild("-m").Failed();
        Assert.Contains("1 Error(s)", none.Output);
        Assert.HasCount(1, none.Errors(BuildErrors.NoModels.Id));
    }

    [TestMethod]
    public void Publish_without_a_build_fails_where_a_model_is_missing()
    {
        Consumer app = Consumer.Create("""
              <ItemGroup>
                <ModelConvert Include="small.gguf" To="apr" />
              </ItemGroup>
            """).WithModel("small.gguf");
        app.Build().Succeeded();
        string[] publish = ["--no-build", "-c", "Debug", "-o", app.In("published")];
        File.Delete(app.In("obj", "Debug", "modelpack", "small.apr"));

        StringAssert.StartsWith(
            app.Run("publish", publish).Failed().Errors(BuildErrors.NotBuilt.Id).Single(), app.In("small.gguf") + " : error MP4019: ");
        Assert.IsFalse(app.Has("obj/Debug/modelpack/small.apr"));

        app.Rebuild().Succeeded();
        app.Run("publish", publish).Succeeded();
        Assert.IsTrue(app.Has("published/small.apr"));
    }
}
