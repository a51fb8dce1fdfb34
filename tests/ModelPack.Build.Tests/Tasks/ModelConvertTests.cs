namespace ModelPack.Build.Tests.Tasks;

[TestClass]
public sealed class ModelConvertTests
{
    [TestMethod]
    public void A_pattern_that_matches_nothing_is_an_error()
    {
        var engine = new RecordingEngine();
        using ModelConvert task = new() { BuildEngine = engine, Include = [TaskFolder.Item("nowhere/*.gguf")], Target = "apr" };

        Assert.IsFalse(task.Execute());

        Assert.AreEqual(BuildErrors.NothingMatched.Id, engine.Errors.Single().Code);
        Assert.AreEqual(engine.ProjectFileOfTaskNode, engine.Errors.Single().File);
    }

    [TestMethod]
    public void Parameters_go_before_the_metadata_of_the_items()
    {
        using TaskFolder folder = new();
        var engine = new RecordingEngine();
        using ModelConvert task = new()
        {
            BuildEngine = engine,
            Include = [TaskFolder.Item(folder.Source, ("Naming", "nonsense"), ("Quantized", "nonsense"))],
            Target = "apr",
            Naming = "verbatim",
            OutputDirectory = folder.In("out"),
        };

        Assert.IsFalse(task.Execute());
        Assert.Contains("Quantized is 'nonsense'", engine.Errors.Single().Message!);

        task.Quantized = "blocks";
        Assert.IsTrue(task.Execute());
        Assert.IsTrue(File.Exists(task.ConvertedFiles.Single().ItemSpec));
        Assert.StartsWith(folder.In("out"), task.ConvertedFiles.Single().ItemSpec);
    }

    [TestMethod]
    public void Folders_and_the_parts_of_a_split_go_in_and_folders_come_out()
    {
        using SetFolder folder = new();
        string qwen = folder.WithShards("qwen");
        string parts = Path.Combine(Path.GetDirectoryName(folder.WithSplit("split"))!, "*.gguf");
        using ModelConvert task = new()
        {
            BuildEngine = new RecordingEngine(),
            Include = [TaskFolder.Item(qwen + "/"), TaskFolder.Item(parts)],
            Target = "safetensors",
            MaxShardSize = "600KB",
            OutputDirectory = folder.In("out"),
        };

        Assert.IsTrue(task.Execute());
        Assert.HasCount(2, task.Certificates);
        foreach (string name in new[] { "qwen", "small" })
        {
            string[] made = Directory.GetFiles(Directory.GetDirectories(folder.In("out"), name, SearchOption.AllDirectories).Single());
            Assert.IsGreaterThan(2, made.Length);
            CollectionAssert.IsSubsetOf(made, task.ConvertedFiles.Select(file => file.ItemSpec).ToArray());
        }
    }

    [TestMethod]
    public void Only_the_task_of_the_items_says_that_it_may_share_a_process()
    {
        static bool IsMarked(Type type) => type.GetCustomAttributesData()
            .Any(attribute => attribute.AttributeType.FullName == "Microsoft.Build.Framework.MSBuildMultiThreadableTaskAttribute");
        Assert.IsTrue(IsMarked(typeof(ConvertModelItems)));
        Assert.IsFalse(IsMarked(typeof(ModelConvert)), "it reads the current directory");
    }
}
