using System.IO.Compression;
using System.Reflection.Metadata;
using System.Xml.Linq;

namespace ModelPack.Build.Tests.Consumers;

[TestClass]
public sealed class PackageTests
{
    private const StringComparison Ordinal = StringComparison.Ordinal;
    private static readonly Guid SourceLinkId = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    [TestMethod]
    public void Packing_warns_about_nothing() => Assert.DoesNotContain("warning", PackedFeed.PackOutput);

    [TestMethod]
    [DataRow("ModelPack.Codec")]
    [DataRow("ModelPack.Build")]
    public void A_package_has_readme_licence_repository_and_symbols_with_SourceLink(string id)
    {
        using ZipArchive package = Open(id, "nupkg");
        using ZipArchive symbols = Open(id, "snupkg");
        XElement metadata = Metadata(package, id);

        Assert.AreEqual("MIT", Value(metadata, "license"));
        Assert.IsNotNull(package.GetEntry(Value(metadata, "readme")));
        XElement repository = metadata.Elements().Single(element => element.Name.LocalName == "repository");
        StringAssert.Matches(repository.Attribute("commit")!.Value, new("^[0-9a-f]{40}$"));

        ZipArchiveEntry[] assemblies =
            [.. package.Entries.Where(entry => entry.Name.StartsWith("ModelPack.", Ordinal) && entry.Name.EndsWith(".dll", Ordinal))];
        Assert.IsNotEmpty(assemblies);
        foreach (ZipArchiveEntry assembly in assemblies)
        {
            ZipArchiveEntry? pdb = symbols.GetEntry(Path.ChangeExtension(assembly.FullName, ".pdb"));
            Assert.IsNotNull(pdb, assembly.FullName);
            Assert.Contains(
                $"{repository.Attribute("url")!.Value.Split("github.com")[1]}/{repository.Attribute("commit")!.Value}/", SourceLink(pdb));
        }
    }

    [TestMethod]
    public void The_task_package_depends_on_nothing_and_brings_what_the_task_needs()
    {
        using ZipArchive package = Open("ModelPack.Build", "nupkg");
        XElement metadata = Metadata(package, "ModelPack.Build");

        Assert.AreEqual("true", Value(metadata, "developmentDependency"));
        Assert.IsFalse(metadata.Descendants().Any(element => element.Name.LocalName == "dependency"));
        CollectionAssert.AreEquivalent(
            new[]
            {
                "build/ModelPack.Build.props", "build/ModelPack.Build.targets", "build/ModelPack.Build.Packages.targets",
                "buildTransitive/ModelPack.Build.props", "buildTransitive/ModelPack.Build.targets",
                "buildMultiTargeting/ModelPack.Build.props",
                "buildMultiTargeting/ModelPack.Build.targets", "tasks/net10.0/ModelPack.Build.dll", "tasks/net10.0/ModelPack.Codec.dll",
                "tasks/net10.0/ModelPack.Packaging.dll", "tasks/net10.0/ModelPack.Qa.dll", "tasks/net10.0/YamlDotNet.dll",
                "tasks/net10.0/System.IO.Hashing.dll", "tasks/net10.0/NuGet.Packaging.dll",
                "tasks/net10.0/NuGet.Common.dll", "tasks/net10.0/NuGet.Configuration.dll", "tasks/net10.0/NuGet.Frameworks.dll",
                "tasks/net10.0/NuGet.Versioning.dll", "tasks/net10.0/Newtonsoft.Json.dll",
            },
            package.Entries.Select(entry => entry.FullName)
                .Where(name => name.Contains('/', Ordinal) && !name.StartsWith("_rels/", Ordinal) && !name.StartsWith("package/", Ordinal))
                .ToArray());
    }

    [TestMethod]
    public void The_package_and_the_samples_use_the_same_props_and_targets()
    {
        using ZipArchive package = Open("ModelPack.Build", "nupkg");
        foreach (string name in new[] { "ModelPack.Build.props", "ModelPack.Build.targets", "ModelPack.Build.Packages.targets" })
        {
            using StreamReader packed = new(package.GetEntry("build/" + name)!.Open());
            Assert.AreEqual(File.ReadAllText(Path.Combine(RepositoryData.Repository, "build", name)), packed.ReadToEnd());
        }
    }

    [TestMethod]
    public void A_fresh_program_converts_with_one_package_and_reads_with_the_other()
    {
        Consumer app = Consumer.Create($"""
              <PropertyGroup><OutputType>Exe</OutputType></PropertyGroup>
              <ItemGroup>
                <PackageReference Include="ModelPack.Codec" Version="{PackedFeed.Version}" />
                <ModelConvert Include="small.gguf" To="apr" />
              </ItemGroup>
            """).WithModel("small.gguf");
        string program = File.ReadAllText(Path.Combine(RepositoryData.Repository, "samples", "HelloModel", "Program.cs"));
        app.WithFile(
            "Program.cs",
            "using System;\nusing System.IO;\n" + program.Replace("\"models\", \"hello.apr\"", "\"small.apr\"", Ordinal));

        app.Build().Succeeded();
        DotNetResult run = DotNet.Run(app.Directory, "run", "--no-build").Succeeded();

        Assert.Contains("small.gguf -> small.apr: proved at L3", run.Output);
        Assert.Contains("model.layers.0.self_attn.k_proj.weight", run.Output);
    }

    private static ZipArchive Open(string id, string extension) =>
        ZipFile.OpenRead(Path.Combine(PackedFeed.Feed, $"{id}.{PackedFeed.Version}.{extension}"));

    private static XElement Metadata(ZipArchive package, string id)
    {
        using Stream nuspec = package.GetEntry(id + ".nuspec")!.Open();
        return XDocument.Load(nuspec).Root!.Elements().Single();
    }

    private static string Value(XElement metadata, string name) =>
        metadata.Elements().Single(element => element.Name.LocalName == name).Value;

    private static string SourceLink(ZipArchiveEntry pdb)
    {
        using MemoryStream bytes = new();
        using (Stream stream = pdb.Open())
        {
            stream.CopyTo(bytes);
        }

        bytes.Position = 0;
        using MetadataReaderProvider provider = MetadataReaderProvider.FromPortablePdbStream(bytes);
        MetadataReader reader = provider.GetMetadataReader();
        CustomDebugInformation link = reader.CustomDebugInformation.Select(reader.GetCustomDebugInformation)
            .Single(info => reader.GetGuid(info.Kind) == SourceLinkId);
        return System.Text.Encoding.UTF8.GetString(reader.GetBlobBytes(link.Value));
    }
}
