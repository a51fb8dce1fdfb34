using Microsoft.Build.Utilities;
using ModelPack.Build.Tests.Consumers;
using ModelPack.Models;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>Sources that consist of several files.</summary>
[TestClass]
public sealed class SetSourceTests
{
    [TestMethod]
    [DataRow("models/qwen2.5/")]
    [DataRow("models/qwen2.5")]
    public void A_folder_is_one_model_and_every_file_of_it_is_an_input(string include)
    {
        using SetFolder folder = new();
        string qwen = folder.WithShards("qwen2.5");
        TaskItem item = TaskFolder.Item(include, ("To", "apr"));
        SetBuild first = folder.Build(item);
        Assert.AreEqual("converted", first.Outcome, Texts(first));
        CollectionAssert.AreEqual(new[] { "models/qwen2.5.apr" }, first.Links, "dots in the name of a folder are no ending");
        Assert.AreEqual("up to date", folder.Build(item).Outcome);

        File.AppendAllText(Path.Combine(qwen, "config.json"), "\n");
        Assert.AreEqual("converted", folder.Build(item).Outcome, "a companion was edited");
        File.WriteAllText(Path.Combine(qwen, "tokenizer.json"), "{}");
        Assert.AreEqual("converted", folder.Build(item).Outcome, "a companion was added");
        File.Delete(Path.Combine(qwen, "tokenizer.json"));
        Assert.AreEqual("converted", folder.Build(item).Outcome, "a companion was removed");
        Assert.AreEqual("up to date", folder.Build(item).Outcome);

        string shard = Directory.GetFiles(qwen, "model-00002-of-*").Single();
        File.SetLastWriteTimeUtc(shard, DateTime.UtcNow.AddMinutes(1));
        Assert.AreEqual("rehashed", folder.Build(item).Outcome, "a shard was touched");
        File.WriteAllText(Path.Combine(qwen, "notes.bin"), "does not belong to the model");
        Assert.AreEqual("rehashed", folder.Build(item).Outcome, "a file came that does not belong to the model");
        Assert.AreEqual("up to date", folder.Build(item).Outcome);

        Consumer.FlipByte(shard, new FileInfo(shard).Length - 1);
        Assert.AreEqual("converted", folder.Build(TaskFolder.Item(include, ("To", "apr"), ("AllowNonFinite", "true"))).Outcome);
        File.Delete(shard);
        SetBuild missing = folder.Build(item);
        Assert.Contains(Path.GetFileName(shard), missing.Errors.Single().Message!);
    }

    [TestMethod]
    public void A_companion_in_a_sub_folder_is_an_input_and_what_is_hidden_is_none()
    {
        using SetFolder folder = new();
        string qwen = folder.WithSubfolders("qwen");
        TaskItem item = TaskFolder.Item(qwen, ("To", "gguf"));
        Assert.AreEqual("converted", folder.Build(item).Outcome);
        Assert.AreEqual("up to date", folder.Build(item).Outcome);

        string pooling = Path.Combine(qwen, "1_Pooling", "config.json");
        File.AppendAllText(pooling, "\n");
        Assert.AreEqual("converted", folder.Build(item).Outcome, "edited");
        File.SetLastWriteTimeUtc(pooling, DateTime.UtcNow.AddMinutes(1));
        Assert.AreEqual("rehashed", folder.Build(item).Outcome, "touched");
        File.WriteAllText(Path.Combine(qwen, "1_Pooling", "more.txt"), "");
        Assert.AreEqual("converted", folder.Build(item).Outcome, "added");
        File.Delete(pooling);
        Assert.AreEqual("converted", folder.Build(item).Outcome, "removed");
        Directory.CreateDirectory(Path.Combine(qwen, ".git"));
        File.WriteAllText(Path.Combine(qwen, ".git", "config.json"), "{}");
        Assert.AreEqual("up to date", folder.Build(item).Outcome, "hidden");
        File.WriteAllText(Path.Combine(qwen, "1_Pooling", "model.onnx"), "weights");
        Assert.AreEqual("converted", folder.Build(item).Outcome, "the sub-folder became a model of its own");
        Assert.AreEqual("up to date", folder.Build(item).Outcome);
    }

    [TestMethod]
    public void The_first_part_of_a_split_stands_for_all_parts()
    {
        using SetFolder folder = new();
        string[] parts = [.. Directory.GetFiles(Path.GetDirectoryName(folder.WithSplit("split"))!, "*.gguf").Order(StringComparer.Ordinal)];
        Assert.IsGreaterThan(2, parts.Length);
        TaskItem[] glob = [.. parts.Select(part => TaskFolder.Item(part, ("To", "apr")))];

        SetBuild first = folder.Build(glob);
        Assert.AreEqual("converted", first.Outcome, Texts(first));
        CollectionAssert.AreEqual(new[] { "models/split/small.apr" }, first.Links);
        Assert.AreEqual("up to date", folder.Build(glob[0]).Outcome, "the pattern and the first part are the same model");

        File.SetLastWriteTimeUtc(parts[^1], DateTime.UtcNow.AddMinutes(1));
        Assert.AreEqual("rehashed", folder.Build(glob).Outcome);
        Consumer.FlipByte(parts[^1], new FileInfo(parts[^1]).Length - 1);
        Assert.AreEqual("converted", folder.Build(TaskFolder.Item(parts[0], ("To", "apr"), ("AllowNonFinite", "true"))).Outcome);

        File.Delete(parts[1]);
        SetBuild missing = folder.Build(glob);
        Assert.AreEqual("MP1303", missing.Outcome);
        Assert.Contains(Path.GetFileName(parts[1]), missing.Errors[0].Message!);
    }

    [TestMethod]
    public void A_side_file_belongs_to_its_model_also_where_a_pattern_matches_both()
    {
        using SetFolder folder = new();
        string first = SetFolder.SplitWithSideFile(folder.In("models", "small.gguf"), folder.In("models", "split", "back"));
        string side = ModelFiles.SideFilePath(first);
        Assert.IsTrue(File.Exists(side));
        TaskItem[] glob = [
            .. Directory.GetFiles(Path.GetDirectoryName(first)!).Select(file => TaskFolder.Item(file, ("To", "safetensors")))];

        SetBuild built = folder.Build(glob);
        Assert.AreEqual("converted", built.Outcome, Texts(built));
        Assert.AreEqual("up to date", folder.Build(glob).Outcome);
        File.SetLastWriteTimeUtc(side, DateTime.UtcNow.AddMinutes(1));
        Assert.AreEqual("rehashed", folder.Build(glob).Outcome);
        File.Delete(side);
        Assert.AreEqual("MP2010", folder.Build([.. glob.Where(item => item.ItemSpec != side)]).Outcome);
    }

    [TestMethod]
    public void A_part_without_its_head_is_refused()
    {
        using SetFolder folder = new();
        string split = folder.WithSplit("split");
        string second = split.Replace("-00001-of-", "-00002-of-", StringComparison.Ordinal);
        SetBuild alone = folder.Build(TaskFolder.Item(second, ("To", "apr")));
        Assert.AreEqual(BuildErrors.LaterPart.Id, alone.Outcome);
        Assert.AreEqual(second, alone.Errors[0].File);
        Assert.Contains(Path.GetFileName(split), alone.Errors[0].Message!);

        string shards = folder.WithShards("qwen");
        TaskItem[] glob = [.. Directory.GetFiles(shards, "*.safetensors").Select(shard => TaskFolder.Item(shard, ("To", "apr")))];
        Assert.IsGreaterThan(1, glob.Length);
        SetBuild shard = folder.Build(glob);
        Assert.AreEqual("converted", shard.Outcome, "the first of the shards stands for their set");
        CollectionAssert.AreEqual(new[] { "models/qwen/model.apr" }, shard.Links);
        Assert.AreEqual("converted", folder.Build([.. glob, TaskFolder.Item(shards, ("To", "apr"))]).Outcome, "the folder stands for them");
    }

    [TestMethod]
    public void An_index_stands_for_its_shards()
    {
        using SetFolder folder = new();
        string qwen = folder.WithShards("qwen");
        TaskItem item = TaskFolder.Item("models/qwen/model.safetensors.index.json", ("To", "gguf"));
        SetBuild built = folder.Build(item);
        Assert.AreEqual("converted", built.Outcome, Texts(built));
        CollectionAssert.AreEqual(new[] { "models/qwen/model.gguf" }, built.Links);
        File.AppendAllText(Path.Combine(qwen, "config.json"), "\n");
        Assert.AreEqual("converted", folder.Build(item).Outcome, "the index means its folder");
        TaskItem alone = TaskFolder.Item("models/qwen/model.safetensors.index.json", ("To", "gguf"), ("Alone", "true"));
        Assert.AreEqual("converted", folder.Build(alone).Outcome);
        File.AppendAllText(Path.Combine(qwen, "config.json"), "\n");
        Assert.AreEqual("up to date", folder.Build(alone).Outcome, "a companion does not belong to an index that is read alone");
        Assert.AreEqual("converted", folder.Build(item).Outcome);
        File.SetLastWriteTimeUtc(Directory.GetFiles(qwen, "model-00002-of-*").Single(), DateTime.UtcNow.AddMinutes(1));
        Assert.AreEqual("rehashed", folder.Build(item).Outcome);
    }

    [TestMethod]
    public void The_expected_hash_of_a_folder_is_that_of_its_certificate()
    {
        using SetFolder folder = new();
        string qwen = folder.WithShards("qwen");
        folder.Build(TaskFolder.Item(qwen, ("To", "apr")));
        string hash = CertificateJson.Read(folder.In("obj", "models", "qwen.apr.modelpack.json")).Source.Xxh128;
        TaskItem item = TaskFolder.Item(qwen, ("To", "gguf"), ("ExpectedHash", hash));
        Assert.AreEqual("converted", folder.Build(item).Outcome);
        Assert.AreEqual("up to date", folder.Build(item).Outcome);

        File.AppendAllText(Path.Combine(qwen, "config.json"), "\n");
        SetBuild other = folder.Build(item);
        Assert.AreEqual(BuildErrors.UnexpectedSource.Id, other.Outcome);
        Assert.AreEqual(qwen, other.Errors[0].File);
    }

    [TestMethod]
    public void An_output_in_the_folder_of_its_source_is_refused()
    {
        using SetFolder folder = new();
        string qwen = folder.WithShards("qwen");
        Assert.AreEqual(
            BuildErrors.OutputIsSource.Id, folder.Build(TaskFolder.Item(qwen, ("To", "apr"), ("OutputPath", "models/qwen/"))).Outcome);
        Assert.AreEqual(
            BuildErrors.OutputIsSource.Id, folder.Build(TaskFolder.Item(qwen, ("To", "apr"), ("OutputPath", "models/qwen/sub/"))).Outcome,
            "below it");
        Assert.AreEqual(
            "MP2007",
            folder.Build(TaskFolder.Item(qwen, ("To", "safetensors"), ("OutputPath", "models/"), ("MaxShardSize", "300KB"))).Outcome,
            "the folder itself");
    }

    private static string Texts(SetBuild build) => string.Join('\n', build.Errors.Select(error => $"{error.Code}: {error.Message}"));
}
