using Microsoft.Build.Framework;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>A widened output is larger than its source: that is told before it is made.</summary>
[TestClass]
public sealed class GrowthTests
{
    [TestMethod]
    public void The_size_is_told_before_the_conversion()
    {
        using TaskFolder folder = new();
        using ConvertModelItems task = folder.Task(TaskFolder.Item("models/small.gguf", ("To", "safetensors")));
        var engine = (RecordingEngine)task.BuildEngine;
        Assert.IsTrue(task.Execute());
        Assert.HasCount(2, engine.Messages);
        string target = folder.In("obj", "models", "small.safetensors");
        long before = new FileInfo(folder.Source).Length;
        long after = task.ConvertedFiles.Sum(file => new FileInfo(file.ItemSpec).Length);
        Assert.IsGreaterThan(before, after);
        Assert.StartsWith($"small.gguf -> {target}: ", engine.Messages[0]);
        Assert.Contains(FormattableString.Invariant($"the output takes {after:N0} bytes"), engine.Messages[0]);
        Assert.Contains(FormattableString.Invariant($"the {before:N0} bytes of the source"), engine.Messages[0]);
        Assert.EndsWith("(converted and proved)", engine.Messages[1]);
        Assert.AreEqual(MessageImportance.High, engine.Importance[0]);
    }

    [TestMethod]
    public void It_is_told_even_if_the_conversion_fails()
    {
        using TaskFolder folder = new();
        File.Copy(RepositoryData.Path("corpus", "gguf", "hostile", "nan-q8_0-scale-inf.gguf"), folder.Source, overwrite: true);
        using ConvertModelItems task = folder.Task(TaskFolder.Item("models/small.gguf", ("To", "safetensors")));
        Assert.IsFalse(task.Execute());
        Assert.Contains("quantized tensors become F32", ((RecordingEngine)task.BuildEngine).Messages.Single());
    }

    [TestMethod]
    public void Nothing_is_told_where_nothing_is_widened()
    {
        using TaskFolder folder = new();
        foreach (string quantized in new[] { "blocks", "auto" })
        {
            using ConvertModelItems task = folder.Task(TaskFolder.Item("models/small.gguf", ("To", quantized == "auto" ? "gguf" : "safetensors"), ("Quantized", quantized)));
            Assert.IsTrue(task.Execute());
            Assert.EndsWith("(converted and proved)", ((RecordingEngine)task.BuildEngine).Messages.Single());
        }
    }
}
