using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using ModelPack.Build.Tests.Consumers;
using ModelPack.Models;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>The side file of an output: a part of it in every respect.</summary>
[TestClass]
public sealed class SideFileTests
{
    [TestMethod]
    [DataRow("safetensors", "models/small.ggml-blocks.safetensors")]
    [DataRow("apr", "models/small.apr.ggml-blocks.safetensors")]
    public void It_is_handed_out_and_goes_where_the_model_goes(string to, string link)
    {
        using SetFolder folder = new(TaskFolder.Q8);
        SetBuild built = folder.Build(TaskFolder.Item("models/small.gguf", ("To", to)));
        CollectionAssert.AreEqual(new[] { $"models/small.{to}", link }.Order(StringComparer.Ordinal).ToArray(), built.Links);

        SetBuild renamed = folder.Build(TaskFolder.Item("models/small.gguf", ("To", to), ("Link", "weights/main.bin")));
        CollectionAssert.AreEqual(
            new[] { "weights/main.bin", "weights/main.bin.ggml-blocks.safetensors" }, renamed.Links, "where a reader looks for it");
    }

    [TestMethod]
    public void A_copy_under_another_name_is_the_whole_model()
    {
        using SetFolder folder = new(TaskFolder.Q8);
        SetBuild built = folder.Build(TaskFolder.Item("models/small.gguf", ("To", "apr"), ("Link", "weights/main.bin")));
        foreach (ITaskItem file in built.Files)
        {
            File.Copy(file.ItemSpec, folder.In("copy", Path.GetFileName(file.GetMetadata("TargetPath"))));
        }

        Assert.IsTrue(ModelVerifier.Verify(folder.In("models", "small.gguf"), folder.In("copy", "main.bin"), ProofLevel.L3).Passed);
    }

    [TestMethod]
    public void A_byte_flipped_in_it_fails_the_next_build_and_is_placed()
    {
        using TaskFolder folder = new(TaskFolder.Q8);
        folder.Build();
        string side = ModelFiles.SideFilePath(folder.Output);
        long offset = new FileInfo(side).Length - 1;
        Consumer.FlipByte(side, offset);

        BuildErrorEventArgs error = folder.Fail(("To", "apr"));
        Assert.AreEqual(BuildErrors.OutputChanged.Id, error.Code);
        Assert.AreEqual(side, error.File);
        Assert.Contains($"(at byte {offset})", error.Message!);

        Consumer.FlipByte(side, offset);
        Assert.AreEqual("rehashed", folder.Build());
        Assert.AreEqual("up to date", folder.Build());
    }

    [TestMethod]
    public void A_deleted_one_is_made_again()
    {
        using TaskFolder folder = new(TaskFolder.Q8);
        folder.Build();
        string side = ModelFiles.SideFilePath(folder.Output);
        byte[] bytes = File.ReadAllBytes(side);
        File.Delete(side);
        Assert.AreEqual("converted", folder.Build());
        CollectionAssert.AreEqual(bytes, File.ReadAllBytes(side));
        Assert.AreEqual("up to date", folder.Build());
    }

    [TestMethod]
    public void One_that_is_needed_no_more_is_removed()
    {
        using TaskFolder folder = new(TaskFolder.Q8);
        folder.Build();
        string side = ModelFiles.SideFilePath(folder.Output);
        Assert.AreEqual("converted", folder.Build(("Quantized", "blocks")));
        Assert.IsFalse(File.Exists(side));
        Assert.AreEqual("up to date", folder.Build(("Quantized", "blocks")));
    }

    [TestMethod]
    [DataRow("safetensors", "MaxShardSize", "500KB", "model.ggml-blocks.safetensors")]
    [DataRow("safetensors", "Folder", "true", "model.ggml-blocks.safetensors")]
    [DataRow("apr", "Folder", "true", "small.apr.ggml-blocks.safetensors")]
    public void In_a_folder_it_lies_within(string to, string name, string value, string file)
    {
        using SetFolder folder = new(TaskFolder.Q8);
        TaskItem item = TaskFolder.Item("models/small.gguf", ("To", to), (name, value));
        SetBuild built = folder.Build(item);
        Assert.Contains($"models/small/{file}", built.Links);
        string side = folder.In("obj", "models", "small", file);
        long offset = new FileInfo(side).Length - 1;
        Consumer.FlipByte(side, offset);
        SetBuild broken = folder.Build(item);
        Assert.AreEqual(BuildErrors.OutputChanged.Id, broken.Outcome);
        Assert.AreEqual(side, broken.Errors[0].File);
        Assert.Contains($"(at byte {offset})", broken.Errors[0].Message!);
        File.Delete(side);
        Assert.AreEqual("converted", folder.Build(item).Outcome);
        Assert.AreEqual("up to date", folder.Build(item).Outcome);
    }

    [TestMethod]
    public void Beside_a_split_it_is_called_after_the_split()
    {
        using SetFolder folder = new(TaskFolder.Q8);
        string wide = folder.WithShards("qwen");
        TaskItem item = TaskFolder.Item(wide, ("To", "gguf"), ("MaxShardSize", "500KB"), ("Dtype", "bf16"), ("AllowLossy", "true"));
        SetBuild built = folder.Build(item);
        Assert.AreEqual("converted", built.Outcome, string.Join('\n', built.Errors.Select(error => error.Message)));
        string side = built.Links.Single(link => link.EndsWith(".safetensors", StringComparison.Ordinal));
        string first = built.Links.Single(link => link.Contains("-00001-of-", StringComparison.Ordinal));
        Assert.AreEqual(ModelFiles.SideFilePath(first), side);
        Assert.IsTrue(ModelVerifier.Verify(wide, folder.In("obj", "models", "qwen"), ProofLevel.L3).Passed);
    }

    [TestMethod]
    public void An_output_that_is_called_like_one_is_refused()
    {
        using SetFolder folder = new(TaskFolder.Q8);
        SetBuild refused = folder.Build(
            TaskFolder.Item("models/small.gguf", ("To", "safetensors"), ("OutputPath", "out/small.ggml-blocks.safetensors")));
        Assert.AreEqual("MP2012", refused.Outcome);
        Assert.AreEqual(folder.In("out", "small.ggml-blocks.safetensors"), refused.Errors[0].File);
        Assert.IsEmpty(Directory.GetFiles(folder.In("out", ""), "*.safetensors"));
    }
}
