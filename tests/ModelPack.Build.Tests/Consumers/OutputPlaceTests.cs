using System.IO.Compression;

namespace ModelPack.Build.Tests.Consumers;

/// <summary>Where outputs go: their names, the folders, packages, the web.</summary>
[TestClass]
public sealed class OutputPlaceTests
{
    [TestMethod]
    public void Names_folders_and_items_that_change_neither_break_a_build_nor_repeat_it()
    {
        Consumer app = Consumer.Create("""
              <ItemGroup>
                <ModelConvert Include="models/a%252Bb.gguf" To="apr" />
                <ModelConvert Include="one/model.gguf" To="apr" Link="one.apr" />
                <ModelConvert Include="../two/model.gguf" To="apr" Link="two/model.apr" />
                <ModelConvert Include="../three/model.gguf" To="apr" />
              </ItemGroup>
            """, directory: Path.Combine(PackedFeed.NewFolder("Place"), "App"))
            .WithModel("models/a%2Bb.gguf").WithModel("one/model.gguf").WithModel("../two/model.gguf").WithModel("../three/model.gguf");
        DotNetResult built = app.Build().Succeeded();
        Assert.AreEqual(4, built.Count("(converted and proved)"), built.Output);
        string[] files = ["models/a%2Bb.apr", "one.apr", "two/model.apr", "model.apr"];
        foreach (string file in files)
        {
            Assert.IsTrue(app.Has("bin/Debug/net10.0", file), file);
            Assert.IsTrue(app.Has("obj/Debug/modelpack", file), file);
        }

        // The spelling of the folder depends on where the build is started.
        DotNetResult elsewhere = DotNet.Run(
            Path.GetDirectoryName(app.Directory)!, "build", "App/App.csproj", "--no-restore", "--disable-build-servers", "-nologo",
            "-tl:off", "-p:BaseIntermediateOutputPath=obj//").Succeeded();
        Assert.AreEqual(0, elsewhere.Count("(converted and proved)"), elsewhere.Output);

        app.WithProject("""
              <ItemGroup>
                <ModelConvert Include="one/model.gguf" To="apr" Link="one.apr" />
              </ItemGroup>
            """);
        Assert.AreEqual(0, app.Rebuild().Succeeded().Count("(converted and proved)"));
        foreach (string folder in new[] { "bin/Debug/net10.0", "obj/Debug/modelpack" })
        {
            CollectionAssert.AreEqual(new[] { "one.apr" }, files.Where(file => app.Has(folder, file)).ToArray(), folder);
        }

        app.WithProject("");
        app.Rebuild("-p:ModelPackAllowNoModels=true").Succeeded();
        Assert.IsFalse(app.Has("obj/Debug/modelpack/one.apr"), "the last one too");
        Assert.IsFalse(app.Has("bin/Debug/net10.0/one.apr"));
    }

    [TestMethod]
    public void A_packed_model_is_in_the_package_once_with_its_certificate()
    {
        Consumer app = Consumer.Create(
            """
              <ItemGroup>
                <ModelConvert Include="models/small.gguf" To="apr" Pack="true" PackageCopyToOutput="true" />
                <ModelConvert Include="models/small.gguf" To="safetensors" Quantized="blocks" Folder="true" Pack="true" PackagePath="weights/" Link="plain" />
                <ModelConvert Include="models/small.gguf" To="gguf" OutputPath="copy/" Link="copy.gguf" />
              </ItemGroup>
            """,
            frameworks: "net10.0;netstandard2.0").WithModel("models/small.gguf");
        app.Run("pack", "-o", app.In("packages")).Succeeded();
        string[] packed = Entries();
        Assert.Contains("contentFiles/any/any/models/small.apr", packed);
        Assert.Contains("contentFiles/any/any/models/small.apr.modelpack.json", packed);
        Assert.Contains("weights/plain/model.safetensors", packed);
        Assert.Contains("weights/plain/config.json", packed);
        Assert.Contains("weights/plain.modelpack.json", packed);
        Assert.IsFalse(packed.Any(entry => entry.EndsWith(".gguf", StringComparison.Ordinal)));
        Assert.HasCount(1, packed.Where(entry => entry.EndsWith("small.apr", StringComparison.Ordinal)));

        File.Delete(app.In("packages", "App.1.0.0.nupkg"));
        app.Run("pack", "--no-build", "-o", app.In("packages"), "-p:ModelPackPublishCertificates=false").Succeeded();
        CollectionAssert.AreEqual(packed.Where(entry => !entry.EndsWith(".modelpack.json", StringComparison.Ordinal)).ToArray(), Entries());

        string[] Entries()
        {
            using ZipArchive package = ZipFile.OpenRead(app.In("packages", "App.1.0.0.nupkg"));
            return [.. package.Entries.Select(entry => entry.FullName)
                .Where(name => name.Contains('/', StringComparison.Ordinal) && !name.StartsWith("_rels/", StringComparison.Ordinal)
                    && !name.StartsWith("package/", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)];
        }
    }

    [TestMethod]
    public void A_model_below_wwwroot_is_a_static_web_asset()
    {
        Consumer app = Consumer.Create(
            """
              <ItemGroup>
                <ModelConvert Include="models/small.gguf" To="apr" Link="wwwroot/models/small.apr" />
                <ModelConvert Include="models/small.gguf" To="gguf" Link="plain.gguf" />
              </ItemGroup>
            """,
            sdk: "Microsoft.NET.Sdk.Web").WithModel("models/small.gguf")
            .WithFile("Program.cs", "var app = Microsoft.AspNetCore.Builder.WebApplication.CreateBuilder(args).Build();\n");
        app.Build().Succeeded();
        string runtime = File.ReadAllText(app.In("bin", "Debug", "net10.0", "App.staticwebassets.runtime.json"));
        Assert.Contains("small.apr", runtime);
        Assert.Contains(app.In("obj", "Debug", "modelpack", "wwwroot").Replace("\\", "\\\\", StringComparison.Ordinal), runtime);
        Assert.IsTrue(app.Has("bin/Debug/net10.0/plain.gguf"));

        app.Run("publish", "--no-build", "-c", "Debug", "-o", app.In("published")).Succeeded();
        Assert.IsTrue(app.Has("published/wwwroot/models/small.apr"));
        Assert.IsTrue(app.Has("published/wwwroot/models/small.apr.modelpack.json"));
        Assert.IsTrue(app.Has("published/plain.gguf"));

        app.WithProject(
            """
              <ItemGroup>
                <ModelConvert Include="models/small.gguf" To="apr" Link="wwwroot/models/small.apr" OutputPath="elsewhere/" />
              </ItemGroup>
            """,
            sdk: "Microsoft.NET.Sdk.Web");
        DotNetResult refused = app.Rebuild().Failed();
        Assert.IsNotEmpty(refused.Errors(BuildErrors.WebAssetElsewhere.Id), refused.Output);
    }
}
