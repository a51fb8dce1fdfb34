using Microsoft.Build.Utilities;
using ModelPack.Build.Tests.Consumers;
using ModelPack.Models;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>Outputs that consist of several files.</summary>
[TestClass]
public sealed class SetOutputTests
{
    [TestMethod]
    public void A_folder_that_became_one_file_comes_back_as_a_folder()
    {
        using SetFolder folder = new();
        string qwen = folder.WithShards("qwen");
        folder.Build(TaskFolder.Item(qwen, ("To", "apr"), ("OutputPath", "apr/back.apr")));

        TaskItem item = TaskFolder.Item("apr/back.apr", ("To", "safetensors"));
        SetBuild built = folder.Build(item);

        Assert.AreEqual("converted", built.Outcome);
        CollectionAssert.AreEqual(Names(qwen).Select(name => $"apr/back/{name}").ToArray(), built.Links);
        Assert.AreEqual("apr/back.modelpack.json", built.Certificates.Single().GetMetadata("TargetPath").Replace('\\', '/'));
        Assert.IsTrue(built.Files.Concat(built.Certificates).All(file => File.Exists(file.ItemSpec)));
        foreach (string name in Names(qwen))
        {
            CollectionAssert.AreEqual(
                File.ReadAllBytes(Path.Combine(qwen, name)), File.ReadAllBytes(folder.In("obj", "apr", "back", name)), name);
        }

        Assert.AreEqual("up to date", folder.Build(item).Outcome);
    }

    [TestMethod]
    public void Sub_folders_of_an_output_are_watched_copied_and_removed_with_it()
    {
        using SetFolder folder = new();
        string qwen = folder.WithSubfolders("qwen");
        folder.Build(TaskFolder.Item(qwen, ("To", "apr"), ("OutputPath", "apr/back.apr")));
        TaskItem item = TaskFolder.Item("apr/back.apr", ("To", "safetensors"));
        SetBuild built = folder.Build(item);
        CollectionAssert.AreEqual(SetFolder.Names(qwen).Select(name => $"apr/back/{name}").ToArray(), built.Links);
        Assert.AreEqual("up to date", folder.Build(item).Outcome);

        string output = folder.In("obj", "apr", "back");
        string pooling = Path.Combine(output, "1_Pooling", "config.json");
        File.AppendAllText(pooling, " ");
        SetBuild edited = folder.Build(item);
        Assert.AreEqual(BuildErrors.OutputChanged.Id, edited.Outcome);
        Assert.AreEqual(pooling, edited.Errors[0].File);
        File.Delete(pooling);
        Assert.AreEqual("converted", folder.Build(item).Outcome, "it is made again");

        string mine = Path.Combine(output, "1_Pooling", "mine.txt");
        File.WriteAllText(mine, "mine");
        SetBuild added = folder.Build(item);
        Assert.AreEqual(BuildErrors.OutputChanged.Id, added.Outcome);
        Assert.AreEqual(mine, added.Errors[0].File);
        File.Delete(mine);

        Directory.Delete(Path.Combine(qwen, "deep"), recursive: true);
        folder.Build(TaskFolder.Item(qwen, ("To", "apr"), ("OutputPath", "apr/back.apr")));
        CollectionAssert.AreEqual(
            SetFolder.Names(qwen).Select(name => $"apr/back/{name}").ToArray(), folder.Build(item).Links, "what the model lost is gone");
        Assert.IsFalse(Directory.Exists(Path.Combine(output, "deep")));

        File.Delete(folder.In("obj", "apr", "back.modelpack.json"));
        Assert.AreEqual("converted", folder.Build(item).Outcome);
        Assert.AreEqual("up to date", folder.Build(item).Outcome);
    }

    [TestMethod]
    public void Every_file_of_an_output_is_watched()
    {
        using SetFolder folder = new();
        TaskItem item = TaskFolder.Item("models/small.gguf", ("To", "safetensors"), ("MaxShardSize", "500KB"));
        Assert.AreEqual("converted", folder.Build(item).Outcome);
        string output = folder.In("obj", "models", "small");
        string shard = Directory.GetFiles(output, "model-00002-of-*").Single();

        File.SetLastWriteTimeUtc(shard, DateTime.UtcNow.AddMinutes(1));
        Assert.AreEqual("rehashed", folder.Build(item).Outcome);
        Assert.AreEqual("up to date", folder.Build(item).Outcome);

        long offset;
        string alone = folder.In("alone", "alone.safetensors");
        File.Copy(shard, alone);
        using (ModelFile file = ModelFiles.Open(alone))
        {
            offset = file.Tensors[^1].Offset;
        }

        Consumer.FlipByte(shard, offset);
        SetBuild flipped = folder.Build(item);
        Assert.AreEqual(BuildErrors.OutputChanged.Id, flipped.Outcome);
        Assert.AreEqual(shard, flipped.Errors[0].File);
        Assert.Contains($"at byte {offset})", flipped.Errors[0].Message!);
        Consumer.FlipByte(shard, offset);

        string added = Path.Combine(output, "added.json");
        File.WriteAllText(added, "{}");
        SetBuild more = folder.Build(item);
        Assert.AreEqual(BuildErrors.OutputChanged.Id, more.Outcome);
        Assert.AreEqual(added, more.Errors[0].File);
        File.Delete(added);
        Assert.AreEqual("rehashed", folder.Build(item).Outcome);

        File.Delete(shard);
        Assert.AreEqual("converted", folder.Build(item).Outcome, "a deleted shard is made again");
        Assert.IsTrue(File.Exists(shard));
    }

    [TestMethod]
    public void A_copy_of_a_shard_that_was_changed_is_found()
    {
        using SetFolder folder = new();
        TaskItem item = TaskFolder.Item("models/small.gguf", ("To", "gguf"), ("MaxShardSize", "500KB"));
        SetBuild built = folder.Build(item);
        foreach (var file in built.Files)
        {
            File.Copy(file.ItemSpec, folder.In("bin", file.GetMetadata("TargetPath")));
        }

        Assert.AreEqual("up to date", folder.Build(item).Outcome);
        string copy = folder.In("bin", built.Files[1].GetMetadata("TargetPath"));
        Consumer.FlipByte(copy, new FileInfo(copy).Length - 1);
        SetBuild changed = folder.Build(item);
        Assert.AreEqual(BuildErrors.CopyChanged.Id, changed.Outcome);
        Assert.AreEqual(copy, changed.Errors[0].File);
    }

    [TestMethod]
    public void Another_limit_or_form_replaces_the_output()
    {
        using SetFolder folder = new();
        SetBuild Build(params (string Name, string Value)[] more) =>
            folder.Build(TaskFolder.Item("models/small.gguf", [("To", "safetensors"), ("Quantized", "blocks"), .. more]));
        string[] many = Build(("MaxShardSize", "300KB")).Links;
        string[] few = Build(("MaxShardSize", "1MB")).Links;
        Assert.IsGreaterThan(few.Length, many.Length);
        CollectionAssert.AreEqual(few, Names(folder.In("obj", "models", "small")).Select(name => $"models/small/{name}").ToArray());

        CollectionAssert.AreEqual(new[] { "models/small.safetensors" }, Build().Links);
        Assert.IsFalse(Directory.Exists(folder.In("obj", "models", "small")), "what was a folder is gone");
        Assert.IsFalse(File.Exists(folder.In("obj", "models", "small.modelpack.json")));

        string[] one = Build(("Folder", "true")).Links;
        CollectionAssert.AreEqual(Names(folder.In("obj", "models", "small")).Select(name => $"models/small/{name}").ToArray(), one);
        Assert.AreEqual("models/small/model.safetensors", one.Single(link => link.EndsWith(".safetensors", StringComparison.Ordinal)));
        Assert.IsFalse(File.Exists(folder.In("obj", "models", "small.safetensors")), "what was a file is gone");
    }

    [TestMethod]
    public void Two_models_cannot_have_one_folder()
    {
        using SetFolder folder = new();
        SetBuild both = folder.Build(
            TaskFolder.Item("models/small.gguf", ("To", "safetensors"), ("MaxShardSize", "1MB")),
            TaskFolder.Item("models/small.gguf", ("To", "gguf"), ("MaxShardSize", "1MB")));
        Assert.AreEqual(BuildErrors.OutputClash.Id, both.Outcome);
        Assert.IsNotEmpty(Directory.GetFiles(folder.In("obj", "models", "small"), "*.safetensors"), "the first is left alone");

        SetBuild apart = folder.Build(
            TaskFolder.Item("models/small.gguf", ("To", "safetensors"), ("MaxShardSize", "1MB")),
            TaskFolder.Item("models/small.gguf", ("To", "gguf"), ("MaxShardSize", "1MB"), ("OutputPath", "split/")));
        Assert.AreEqual("up to date, converted", apart.Outcome);
        Assert.IsNotEmpty(Directory.GetFiles(folder.In("split", "small"), "*.gguf"));
    }

    [TestMethod]
    public void A_model_cannot_lie_in_the_folder_of_another_one()
    {
        using SetFolder folder = new();
        string inner = folder.In("models", "small", "inner.gguf");
        File.Copy(folder.In("models", "small.gguf"), inner);
        TaskItem outer = TaskFolder.Item("models/small.gguf", ("To", "safetensors"), ("Folder", "true"));
        TaskItem within = TaskFolder.Item(inner, ("To", "apr"));
        Assert.AreEqual(BuildErrors.OutputClash.Id, folder.Build(outer, within).Outcome);
        Assert.AreEqual("up to date", folder.Build(outer).Outcome, "nothing was put into the folder of the first");
        Assert.AreEqual(BuildErrors.OutputClash.Id, folder.Build(within, outer).Outcome);
        Assert.AreEqual(
            "up to date, converted", folder.Build(within, TaskFolder.Item("models/small.gguf", ("To", "apr"))).Outcome,
            "a file may lie beside a folder of its name");
    }

    [TestMethod]
    public void A_folder_without_its_certificate_is_made_again_and_a_file_may_take_its_name()
    {
        using SetFolder folder = new();
        TaskItem asFolder = TaskFolder.Item("models/small.gguf", ("To", "safetensors"), ("OutputPath", "out/weights"), ("Folder", "true"));
        Assert.AreEqual("converted", folder.Build(asFolder).Outcome);
        File.Delete(folder.In("out", "weights.modelpack.json"));
        Assert.AreEqual("converted", folder.Build(asFolder).Outcome);
        Assert.AreEqual("up to date", folder.Build(asFolder).Outcome);

        TaskItem asFile = TaskFolder.Item("models/small.gguf", ("To", "safetensors"), ("OutputPath", "out/weights"));
        Assert.AreEqual("converted", folder.Build(asFile).Outcome);
        Assert.IsTrue(File.Exists(folder.In("out", "weights")));
        Assert.AreEqual("converted", folder.Build(asFolder).Outcome);
        Assert.IsTrue(Directory.Exists(folder.In("out", "weights")));
    }

    [TestMethod]
    public void What_is_not_ours_does_not_go_with_a_folder_that_is_replaced()
    {
        using SetFolder folder = new();
        TaskItem item = TaskFolder.Item("models/small.gguf", ("To", "safetensors"), ("Folder", "true"), ("OutputPath", "out/"));
        folder.Build(item);
        string mine = folder.In("out", "small", "mine.txt");
        File.WriteAllText(mine, "mine");
        item.SetMetadata("Naming", "verbatim");
        SetBuild refused = folder.Build(item);
        Assert.AreEqual(BuildErrors.OutputChanged.Id, refused.Outcome);
        Assert.AreEqual(mine, refused.Errors[0].File);
        Assert.IsTrue(File.Exists(mine));
        File.Delete(mine);
        Assert.AreEqual("converted", folder.Build(item).Outcome);
    }

    [TestMethod]
    public void An_apr_model_cannot_be_sharded()
    {
        using SetFolder folder = new();
        Assert.AreEqual("MP2005", folder.Build(TaskFolder.Item("models/small.gguf", ("To", "apr"), ("MaxShardSize", "1MB"))).Outcome);
    }

    private static string[] Names(string path) =>
        [.. Directory.GetFiles(path).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
}
