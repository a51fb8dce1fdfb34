namespace ModelPack.Build.Tests.Tasks;

/// <summary>What an unchanged build costs does not depend on the size of a model: no file of it is opened. Times are for the
/// benchmarks.</summary>
[TestClass]
public sealed class UnchangedTests
{
    [TestMethod]
    public void No_file_of_an_unchanged_model_is_opened()
    {
        using TaskFolder folder = new();
        LargeModel.Write(folder.Source);
        AssertUnopened(folder, folder.Output);
    }

    [TestMethod]
    public void No_file_of_an_unchanged_folder_is_opened()
    {
        using TaskFolder folder = new();
        LargeModel.Write(folder.Source);
        string output = folder.In("obj", "models", "small");
        AssertUnopened(folder, output, ("To", "safetensors"), ("Folder", "true"));
        Assert.IsGreaterThan(1, Directory.GetFiles(output).Length);
    }

    private static void AssertUnopened(TaskFolder folder, string output, params (string Name, string Value)[] metadata)
    {
        Assert.AreEqual("converted", folder.Build(metadata));
        string[] files = [folder.Source, .. Directory.Exists(output) ? Directory.GetFiles(output) : [output]];
        FileStream[] held = [.. files.Select(file => new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None))];
        try
        {
            Assert.ThrowsExactly<IOException>(() => File.OpenRead(folder.Source).Dispose());
            Assert.AreEqual("up to date", folder.Build(metadata));
        }
        finally
        {
            Array.ForEach(held, file => file.Dispose());
        }
    }
}
