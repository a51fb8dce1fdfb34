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
        using ConvertModelItems task = folder.Task(TaskFolder.Item("models/small.gguf", ("To", "safetensors"), ("Quantized", "auto")));
        var engine = (RecordingEngine)task.BuildEngine;
        Assert.IsTrue(task.Execute());
        Assert.IsFalse(engine.Warnings.Any(IsGrowth), "it was asked for");
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
        using ConvertModelItems task = folder.Task(TaskFolder.Item("models/small.gguf", ("To", "safetensors"), ("Quantized", "auto")));
        Assert.IsFalse(task.Execute());
        Assert.Contains("quantized tensors become F32", ((RecordingEngine)task.BuildEngine).Messages.Single());
    }

    [TestMethod]
    public void Nothing_is_told_where_nothing_is_widened()
    {
        using TaskFolder folder = new();
        foreach (string quantized in new[] { "blocks", "auto" })
        {
            using ConvertModelItems task = folder.Task(
                TaskFolder.Item("models/small.gguf", ("To", quantized == "auto" ? "gguf" : "safetensors"), ("Quantized", quantized)));
            Assert.IsTrue(task.Execute());
            Assert.EndsWith("(converted and proved)", ((RecordingEngine)task.BuildEngine).Messages.Single());
        }
    }

    [TestMethod]
    public void An_output_of_more_than_twice_the_size_that_nobody_asked_for_is_a_warning_in_every_build()
    {
        using TaskFolder folder = new();
        string source = folder.Source;
        string?[] texts = [Run().Message, Run().Message];
        Assert.AreEqual(texts[0], texts[1], "the second build is up to date, and says the same");
        StringAssert.Matches(
            texts[0],
            new(@"^\d+ quantized tensors become F32: the output takes [\d,]+ bytes, \d\.\d times the [\d,]+ bytes of the source\. Set Quantized"));

        BuildWarningEventArgs Run()
        {
            using ConvertModelItems task = folder.Task(TaskFolder.Item("models/small.gguf", ("To", "safetensors")));
            var engine = (RecordingEngine)task.BuildEngine;
            Assert.IsTrue(task.Execute());
            BuildWarningEventArgs warning = engine.Warnings.Single(IsGrowth);
            Assert.AreEqual(BuildErrors.Growth.Id, warning.Code);
            Assert.AreEqual(source, warning.File);
            Assert.IsFalse(
                engine.Messages.Any(message => message.Contains("quantized tensors become F32", StringComparison.Ordinal)),
                "it is said once");
            return warning;
        }
    }

    [TestMethod]
    public void Where_the_warning_is_an_error_nothing_is_converted_and_no_later_build_is_green()
    {
        using TaskFolder folder = new();
        string output = folder.In("obj", "models", "small.safetensors");
        for (int build = 0; build < 2; build++)
        {
            Assert.AreEqual(BuildErrors.Growth.Id, Run(strict: true));
            Assert.IsFalse(File.Exists(output));
        }

        Assert.IsNull(Run(strict: false));
        Assert.IsTrue(File.Exists(output));
        Assert.AreEqual(BuildErrors.Growth.Id, Run(strict: true), "also where it is up to date");

        string? Run(bool strict)
        {
            using ConvertModelItems task = folder.Task(TaskFolder.Item("models/small.gguf", ("To", "safetensors")));
            var engine = (RecordingEngine)task.BuildEngine;
            if (strict)
            {
                engine.WarningsAsErrors.Add(BuildErrors.Growth.Id);
            }

            Assert.AreEqual(!strict, task.Execute());
            return engine.Errors.SingleOrDefault()?.Code;
        }
    }

    [TestMethod]
    public void Each_remedy_of_the_warning_works()
    {
        foreach (string quantized in new[] { "blocks", "auto" })
        {
            using TaskFolder folder = new();
            Assert.Contains($"Quantized=\"{quantized}\"", BuildErrors.Growth.Remedy);
            using ConvertModelItems task = folder.Task(
                TaskFolder.Item("models/small.gguf", ("To", "safetensors"), ("Quantized", quantized)));
            Assert.IsTrue(task.Execute());
            Assert.IsFalse(((RecordingEngine)task.BuildEngine).Warnings.Any(IsGrowth));
        }
    }

    private static bool IsGrowth(BuildWarningEventArgs warning) => warning.Code == BuildErrors.Growth.Id;
}
