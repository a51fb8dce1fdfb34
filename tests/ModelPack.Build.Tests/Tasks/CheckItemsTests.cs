namespace ModelPack.Build.Tests.Tasks;

[TestClass]
public sealed class CheckItemsTests
{
    [TestMethod]
    [DataRow(null, 1)]
    [DataRow("\"files\": [\"lib/netstandard2.0/_._\"]", 1)]
    [DataRow("\"files\": [\"modelpack/0001.part\", \"modelpack/manifest.json\"]", 0)]
    public void A_project_whose_packages_bring_a_model_needs_no_items_of_its_own(string? assets, int errors)
    {
        using TaskFolder folder = new();

        // It cannot be evaluated here: only what was restored can tell.
        string project = folder.In("App.csproj");
        const string Reference = """<ItemGroup><PackageReference Include="ModelPack.Build" /></ItemGroup>""";
        File.WriteAllText(project, $"""<Project><Import Project="no.props" />{Reference}</Project>""");
        if (assets is not null)
        {
            File.WriteAllText(folder.In("project.assets.json"), $"{{{assets}}}");
        }

        RecordingEngine engine = new();
        CheckModelItems task = new()
        {
            BuildEngine = engine,
            ProjectFile = project,
            IsReferenced = true,
            TargetFrameworks = "net10.0;netstandard2.0",
            AssetsFile = folder.In("project.assets.json"),
        };
        Assert.AreEqual(errors == 0, task.Execute());
        Assert.HasCount(errors, engine.Errors);
    }
}
