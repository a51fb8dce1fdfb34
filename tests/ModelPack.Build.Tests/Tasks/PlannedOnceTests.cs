using System.Collections.Concurrent;
using Microsoft.Build.Utilities;
using ModelPack.Diagnostics;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>A build plans a model once, whatever becomes of it.</summary>
[TestClass]
public sealed class PlannedOnceTests
{
    [TestMethod]
    public void A_file_is_planned_once_and_not_at_all_when_nothing_changed()
    {
        using TaskFolder folder = new();
        ConcurrentQueue<string> made = MadePlans.Listen();
        Assert.AreEqual("converted", folder.Build());
        Assert.HasCount(1, made);
        Assert.AreEqual("up to date", folder.Build());
        Assert.HasCount(1, made);
    }

    [TestMethod]
    public void A_folder_is_planned_once_also_where_only_its_record_says_that_it_is_one()
    {
        using SetFolder folder = new();
        string shards = folder.WithShards("sharded");
        ModelConverter.Convert(shards, folder.In("models", "one.gguf"), ModelFormat.Gguf, new());
        TaskItem item = TaskFolder.Item("models/one.gguf", ("To", "safetensors"));
        ConcurrentQueue<string> made = MadePlans.Listen();
        SetBuild first = folder.Build(item);
        Assert.AreEqual("converted", first.Outcome);
        Assert.IsGreaterThan(2, first.Files.Length);
        Assert.HasCount(1, made);

        File.AppendAllText(System.IO.Path.Combine(shards, "config.json"), " ");
        Assert.AreEqual("converted", folder.Build(TaskFolder.Item("models/sharded", ("To", "apr"))).Outcome);
        Assert.HasCount(2, made);
    }
}
