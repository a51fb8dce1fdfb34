using System.Text.RegularExpressions;

namespace ModelPack.Build.Tests.Consumers;

[TestClass]
public sealed class ItemTests
{
    [TestMethod]
    public void Both_spellings_of_the_item_convert_and_reach_the_output_and_publish_folders()
    {
        Consumer app = Consumer.Create("""
              <ItemGroup>
                <ModelConvert Include="models/*.gguf" To="apr" />
                <ModelConvert Include="other.gguf" target="safetensors" Quantized="auto" Link="weights/other.safetensors" />
              </ItemGroup>
            """).WithModel("models/small.gguf").WithModel("other.gguf");

        DotNetResult built = app.Build().Succeeded();
        app.Run("publish", "--no-build", "-c", "Debug", "-o", app.In("published")).Succeeded();

        Assert.AreEqual(2, built.Count("(converted and proved)"), built.Output);
        foreach (string folder in new[] { "bin/Debug/net10.0", "published" })
        {
            Assert.IsTrue(app.Has(folder, "models/small.apr"), folder);
            Assert.IsTrue(app.Has(folder, "models/small.apr.modelpack.json"), folder);
            Assert.IsTrue(app.Has(folder, "weights/other.safetensors"), folder);
            Assert.IsTrue(app.Has(folder, "weights/other.safetensors.modelpack.json"), folder);
        }
    }

    [TestMethod]
    public void A_capital_Target_on_an_item_is_refused_by_MSBuild_itself()
    {
        Consumer app = Consumer.Create("""
              <ItemGroup>
                <ModelConvert Include="*.gguf" Target="apr" />
              </ItemGroup>
            """);

        DotNetResult result = app.Build().Failed();

        Assert.Contains("error MSB4066: The attribute \"Target\" in element <ModelConvert> is unrecognized.", result.Output);
    }

    [TestMethod]
    public void A_NaN_fails_the_build_with_code_file_tensor_and_byte_offset()
    {
        Consumer app = Consumer.Create("""
              <ItemGroup>
                <ModelConvert Include="broken.gguf" To="apr" Quantized="auto" />
              </ItemGroup>
            """).WithModel("broken.gguf", "hostile/nan-f32-quiet.gguf");

        DotNetResult result = app.Build().Failed();

        string place = Regex.Escape(app.In("broken.gguf"));
        StringAssert.Matches(
            result.Output, new($@"^\s*{place} : error MP20\d\d: tensor 'victim': .*\(at byte \d+\)", RegexOptions.Multiline));
        Assert.IsFalse(app.Has("obj/Debug/modelpack/broken.apr"));
    }

    [TestMethod]
    public void An_engine_before_MSBuild_18_gets_one_error()
    {
        Consumer app = Consumer.Create("""
              <ItemGroup>
                <ModelConvert Include="small.gguf" To="apr" />
              </ItemGroup>
            """).WithModel("small.gguf");

        DotNetResult result = app.Build("-p:_ModelPackHost=Full", "-p:_ModelPackHostVersion=17.14.8").Failed();

        Assert.HasCount(1, result.Errors(BuildErrors.OldHost.Id), result.Output);
        Assert.Contains("1 Error(s)", result.Output);
    }

    [TestMethod]
    public void A_design_time_build_converts_nothing()
    {
        Consumer app = Consumer.Create("""
              <ItemGroup>
                <ModelConvert Include="small.gguf" To="apr" />
              </ItemGroup>
            """).WithModel("small.gguf");

        app.Build("-t:ResolveReferences;AssignTargetPaths", "-p:DesignTimeBuild=true", "-p:BuildingProject=false").Succeeded();
        Assert.IsFalse(app.Has("obj/Debug/modelpack/small.apr"));

        app.Rebuild("-t:ResolveReferences;AssignTargetPaths").Succeeded();
        Assert.IsTrue(app.Has("obj/Debug/modelpack/small.apr"), "the same targets convert in an ordinary build");
    }
}
