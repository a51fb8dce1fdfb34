using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>What an item has made goes away when the item does.</summary>
[TestClass]
public sealed class RemovedItemTests
{
    [TestMethod]
    public void The_next_build_removes_the_output_its_certificate_its_state_and_its_folder()
    {
        using TaskFolder folder = new();
        TaskItem apr = TaskFolder.Item("models/small.gguf", ("To", "apr"));
        TaskItem wide = TaskFolder.Item(
            "models/small.gguf", ("To", "safetensors"), ("Quantized", "auto"), ("Link", "wide/small.safetensors"));
        TaskItem many = TaskFolder.Item("models/small.gguf", ("To", "gguf"), ("Folder", "true"), ("Link", "many"));
        Run(folder, "App", apr, wide, many);
        Assert.HasCount(4, Directory.GetFiles(folder.In("obj", "wide")));
        Assert.IsTrue(Directory.Exists(folder.In("obj", "many")));

        Run(folder, "App", apr);
        Assert.IsFalse(Directory.Exists(folder.In("obj", "wide")));
        Assert.IsFalse(Directory.Exists(folder.In("obj", "many")));
        Assert.IsTrue(File.Exists(folder.Output));

        Run(folder, "App");
        CollectionAssert.AreEqual(
            Array.Empty<string>(), Directory.GetFileSystemEntries(folder.In("obj", "")), "nothing is left, the list neither");
    }

    [TestMethod]
    public void An_output_stays_as_long_as_another_target_framework_has_it()
    {
        using TaskFolder folder = new();
        TaskItem item = TaskFolder.Item("models/small.gguf", ("To", "apr"));
        Run(folder, "App", item);
        Run(folder, "App.net10.0", item);
        Run(folder, "App");
        Assert.IsTrue(File.Exists(folder.Output));
        Run(folder, "App.net10.0");
        Assert.IsFalse(File.Exists(folder.Output));
    }

    [TestMethod]
    public void One_outside_goes_where_an_item_still_names_its_folder_and_is_told_where_none_does()
    {
        using TaskFolder folder = new();
        string other = folder.In("models", "other.gguf");
        File.Copy(folder.Source, other);
        TaskItem first = TaskFolder.Item("models/small.gguf", ("To", "apr"), ("OutputPath", "weights/"));
        TaskItem second = TaskFolder.Item("models/other.gguf", ("To", "apr"), ("OutputPath", "weights/"));
        Run(folder, "App", first, second);
        Run(folder, "App", first);
        Assert.IsFalse(File.Exists(folder.In("weights", "other.apr")));

        string left = folder.In("weights", "small.apr");
        for (int build = 0; build < 2; build++)
        {
            BuildWarningEventArgs warning = Run(folder, "App").Warnings.Single(warning => warning.Code == BuildErrors.StaleOutput.Id);
            Assert.AreEqual(BuildErrors.StaleOutput.Id, warning.Code);
            Assert.AreEqual(left, warning.File);
        }

        File.Delete(left);
        Assert.IsEmpty(Run(folder, "App").Warnings, "as the remedy says");
    }

    private static RecordingEngine Run(TaskFolder folder, string list, params TaskItem[] items)
    {
        using ConvertModelItems task = folder.Task(items);
        task.ListName = list;
        var engine = (RecordingEngine)task.BuildEngine;
        engine.Expected.Add(BuildErrors.StaleOutput.Id);
        Assert.IsTrue(task.Execute(), engine.Errors.FirstOrDefault()?.Message);
        return engine;
    }
}
