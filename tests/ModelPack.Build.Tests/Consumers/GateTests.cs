using System.Text.RegularExpressions;

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

        foreach (DotNetResult missing in new[] { app.Run("publish", publish), app.RunInTerminal("publish", publish) })
        {
            string[] errors = [.. missing.Failed().Errors(BuildErrors.NotBuilt.Id)];
            StringAssert.StartsWith(errors.Single(), app.In("small.gguf") + " : error MP4019: ", missing.Output);
            Assert.IsFalse(app.Has("obj/Debug/modelpack/small.apr"));
            Assert.IsFalse(app.Has("published/small.apr"));
        }

        app.Rebuild().Succeeded();
        app.RunInTerminal("publish", publish).Succeeded();
        Assert.IsTrue(app.Has("published/small.apr"));
    }

    [TestMethod]
    public void Optional_relaxes_its_own_item_and_no_other()
    {
        Consumer app = Consumer.Create("""
              <ItemGroup>
                <ModelConvert Include="nowhere/*.gguf" To="apr" Optional="$(Relaxed)" />
                <ModelVerify Include="elsewhere/*.gguf" Optional="$(Both)" />
              </ItemGroup>
            """);
        app.Build("-p:Relaxed=true", "-p:Both=true").Succeeded();
        foreach (Func<string[], DotNetResult> build in new Func<string[], DotNetResult>[] { app.Rebuild, app.BuildInTerminal })
        {
            DotNetResult strict = build([]).Failed();
            Assert.HasCount(2, Places(strict), strict.Output);
            DotNetResult one = build(["-p:Relaxed=true"]).Failed();
            Assert.AreEqual("14 ModelVerify elsewhere/*.gguf", Places(one).Single(), one.Output);
            DotNetResult other = build(["-p:Both=true", "-p:Relaxed=false"]).Failed();
            Assert.AreEqual("13 ModelConvert nowhere/*.gguf", Places(other).Single(), other.Output);

            DotNetResult relaxed = build(["-p:Relaxed=true", "-p:Both=true"]).Succeeded();
            Assert.AreEqual(0, relaxed.Count("warning"), relaxed.Output);
        }

        static string[] Places(DotNetResult result) => [
            .. result.Errors(BuildErrors.NothingMatched.Id)
                .Select(line => Regex.Match(line, @"App\.csproj\((\d+),\d+\): error MP4008: (\w+) Include=""(\S+)"" matches no file"))
                .Select(match => $"{match.Groups[1].Value} {match.Groups[2].Value} {match.Groups[3].Value}")
                .Distinct()];
    }

    [TestMethod]
    public void A_flipped_byte_of_a_model_is_named_by_its_gate_on_a_terminal_and_in_a_pipe()
    {
        Consumer app = Consumer.Create("""
              <ItemGroup>
                <ModelConvert Include="small.gguf" To="safetensors" Quantized="blocks" OutputPath="models/small.safetensors" />
                <ModelVerify Include="models/small.safetensors" Against="small.gguf" Condition="'$(Gate)' == 'true'" />
              </ItemGroup>
            """).WithModel("small.gguf");
        app.Build().Succeeded();
        string output = app.In("models", "small.safetensors");
        app.BuildInTerminal("-p:Gate=true").Succeeded();

        long end = new FileInfo(output).Length;
        Consumer.FlipByteUnderItsTime(output, end - 2);
        foreach (Func<string[], DotNetResult> build in new Func<string[], DotNetResult>[] { app.Rebuild, app.BuildInTerminal })
        {
            foreach ((string gate, ErrorCode code) in new[] { ("true", BuildErrors.NotEqual), ("false", BuildErrors.OutputChanged) })
            {
                DotNetResult changed = build([$"-p:Gate={gate}"]).Failed();
                StringAssert.Matches(
                    changed.Errors(code.Id).Single(),
                    new($@"^{Regex.Escape(output)} : error {code.Id}: .*tensor '.+'.*\(at byte {end - 2}\)"));
                Assert.AreEqual(code.Id, Regex.Match(changed.Output, @"error (MP\d+)").Groups[1].Value, changed.Output);
            }
        }

        Consumer.FlipByteUnderItsTime(output, end - 2);
        app.Rebuild("-p:Gate=true").Succeeded();
        app.BuildInTerminal().Succeeded();
    }
}
