namespace ModelPack.Build.Tests.Consumers;

[TestClass]
public sealed class SeveralProjectsTests
{
    [TestMethod]
    public void Several_target_frameworks_convert_once_and_each_gets_its_copy()
    {
        Consumer app = Consumer.Create(
            """
              <ItemGroup>
                <ModelConvert Include="small.gguf" To="apr" />
                <ModelConvert Include="modern.gguf" To="apr" OutputPath="made/" Condition="'$(TargetFramework)' == 'net10.0'" />
              </ItemGroup>
            """,
            frameworks: "net10.0;netstandard2.0")
            .WithModel("small.gguf").WithModel("modern.gguf");

        DotNetResult built = app.Build("-m").Succeeded();

        Assert.AreEqual(1, built.Count("small.apr (converted and proved)"), built.Output);
        Assert.AreEqual(1, built.Count("modern.apr (converted and proved)"), built.Output);
        Assert.IsTrue(app.Has("bin/Debug/net10.0/small.apr"));
        Assert.IsTrue(app.Has("bin/Debug/netstandard2.0/small.apr"));
        Assert.IsTrue(app.Has("bin/Debug/net10.0/modern.apr"));
        Assert.IsFalse(app.Has("bin/Debug/netstandard2.0/modern.apr"), "the item has a condition");

        app.Run("clean").Succeeded();
        Assert.IsFalse(Directory.Exists(app.In("obj", "Debug", "modelpack")));
        Assert.IsEmpty(Directory.GetFiles(app.In("made")), "those of an item of one framework too");

        app.WithModel("small.gguf", "hostile/nan-f32-quiet.gguf");
        DotNetResult failed = app.Rebuild("-m").Failed();
        Assert.Contains("1 Error(s)", failed.Output);
    }

    [TestMethod]
    [DataRow("-m")]
    [DataRow("-mt")]
    public void Folders_flow_to_referencing_projects_and_are_made_once_for_all_frameworks(string mode)
    {
        string root = PackedFeed.NewFolder("Solution");
        Consumer library = Consumer.Create(
            """
              <PropertyGroup><AssemblyName>library</AssemblyName></PropertyGroup>
              <ItemGroup>
                <ModelConvert Include="models/small.gguf" To="safetensors" Quantized="auto" MaxShardSize="500KB" />
              </ItemGroup>
            """,
            frameworks: "net10.0;netstandard2.0",
            directory: Path.Combine(root, "library")).WithModel("models/small.gguf");
        Consumer app = Consumer.Create(
            """
              <PropertyGroup><OutputType>Exe</OutputType></PropertyGroup>
              <ItemGroup>
                <ProjectReference Include="../library/App.csproj" />
              </ItemGroup>
            """,
            directory: Path.Combine(root, "app")).WithFile("Program.cs", "return;\n");

        Assert.AreEqual(1, library.Build(mode).Succeeded().Count("(converted and proved)"));
        Assert.AreEqual(0, app.Build(mode).Succeeded().Count("(converted and proved)"));
        app.Run("publish", "--no-build", "-c", "Debug", "-o", app.In("published")).Succeeded();

        string[] files = Names(library.In("obj", "Debug", "modelpack", "models", "small"));
        Assert.IsGreaterThan(3, files.Length);
        string[] copies =
        [
            library.In("bin", "Debug", "net10.0"), library.In("bin", "Debug", "netstandard2.0"), app.In("bin", "Debug", "net10.0"),
            app.In("published"),
        ];
        foreach (string copy in copies)
        {
            CollectionAssert.AreEqual(files, Names(Path.Combine(copy, "models", "small")), copy);
            Assert.IsTrue(File.Exists(Path.Combine(copy, "models", "small.modelpack.json")), copy);
        }
    }

    private static string[] Names(string folder) =>
        [.. Directory.GetFiles(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [TestMethod]
    [DataRow("-m")]
    [DataRow("-mt")]
    public void Models_flow_to_referencing_projects_and_a_shared_output_is_made_once(string mode)
    {
        string root = PackedFeed.NewFolder("Solution");
        string[] names = ["one", "two"];
        foreach (string name in names)
        {
            Consumer.Create(
                $"""
                  <PropertyGroup><AssemblyName>{name}</AssemblyName></PropertyGroup>
                  <ItemGroup>
                    <ModelConvert Include="own.gguf" To="apr" Link="{name}.apr" />
                    <ModelConvert Include="../shared.gguf" To="apr" OutputPath="../shared/" />
                  </ItemGroup>
                """,
                directory: Path.Combine(root, name)).WithModel("own.gguf").WithModel("../shared.gguf");
        }

        Consumer app = Consumer.Create(
            """
              <ItemGroup>
                <ProjectReference Include="../one/App.csproj" />
                <ProjectReference Include="../two/App.csproj" />
              </ItemGroup>
            """,
            directory: Path.Combine(root, "app"));

        DotNetResult built = app.Build(mode).Succeeded();

        Assert.AreEqual(1, built.Count("shared.apr (converted and proved)"), built.Output);
        Assert.AreEqual(3, built.Count("(converted and proved)"), built.Output);
        foreach (string file in new[] { "one.apr", "two.apr", "shared.apr", "shared.apr.modelpack.json" })
        {
            Assert.IsTrue(app.Has("bin/Debug/net10.0", file), file);
        }
    }
}
