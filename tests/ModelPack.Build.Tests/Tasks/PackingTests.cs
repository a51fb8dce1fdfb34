using Microsoft.Build.Utilities;
using ModelPack.Models;

namespace ModelPack.Build.Tests.Tasks;

/// <summary>What of an output goes into packages and publish folders.</summary>
[TestClass]
public sealed class PackingTests
{
    [TestMethod]
    [DataRow("", "contentFiles/any/any/models/", "contentFiles/any/any/models/", "contentFiles/any/any/models/")]
    [DataRow("weights/", "weights/", "weights/", "weights/")]
    [DataRow("weights", "weights/", "weights/", "weights/")]
    [DataRow("/", "/", "/", "/")]
    [DataRow("a/;b/", "a/;b/", "a/;b/", "a/;b/")]
    [DataRow("m/main.apr", "m/main.apr", "m/main.apr.ggml-blocks.safetensors", "m/main.apr.modelpack.json")]
    public void A_packed_model_takes_its_side_file_and_certificate_along(string asked, string model, string side, string certificate)
    {
        using TaskFolder folder = new(TaskFolder.Q8);
        using ConvertModelItems task = folder.Task(
            TaskFolder.Item("models/small.gguf", ("To", "apr"), ("Quantized", "auto"), ("Pack", "true"), ("PackagePath", asked)));
        Assert.IsTrue(task.Execute());
        CollectionAssert.AreEqual(new[] { model, side }, task.ConvertedFiles.Select(file => file.GetMetadata("PackagePath")).ToArray());
        Assert.AreEqual(certificate, task.Certificates.Single().GetMetadata("PackagePath"));
    }

    [TestMethod]
    public void A_folder_keeps_its_shape_in_the_package()
    {
        using SetFolder folder = new();
        string source = folder.WithSubfolders("qwen");
        string apr = folder.In("models", "back.apr");
        ModelConverter.Convert(source, apr, ModelFormat.Apr, new());
        SetBuild built = folder.Build(TaskFolder.Item(apr, ("To", "safetensors"), ("Pack", "true"), ("PackagePath", "weights/")));
        Assert.AreEqual("converted", built.Outcome);
        string[] places = [.. built.Files.Select(file => file.GetMetadata("PackagePath")).Distinct().Order(StringComparer.Ordinal)];
        CollectionAssert.AreEqual(new[] { "weights/back/", "weights/back/1_Pooling/", "weights/back/deep/er/" }, places);
        Assert.AreEqual("weights/", built.Certificates.Single().GetMetadata("PackagePath"));
    }

    [TestMethod]
    public void What_no_feed_takes_is_refused_with_a_way_out()
    {
        using TaskFolder folder = new();
        string large = folder.In("large.apr");
        using (FileStream file = File.Create(large))
        {
            file.SetLength(250_000_001);
        }

        var item = new TaskItem(large);
        Assert.IsNull(OutputItem.TooLargeToPack([item]), "it is not packed");
        item.SetMetadata("Pack", "true");
        item.SetMetadata(OutputItem.Source, folder.Source);
        ModelPackException error = OutputItem.TooLargeToPack([item])!;
        Assert.AreEqual(BuildErrors.TooLargeToPack, error.Code);
        Assert.AreEqual(folder.Source, error.FilePath);
        Assert.Contains("250,000,001 bytes", error.Describe());
        using (FileStream file = File.OpenWrite(large))
        {
            file.SetLength(250_000_000);
        }

        Assert.IsNull(OutputItem.TooLargeToPack([item]));
    }

    [TestMethod]
    public void A_side_file_can_stay_behind_and_certificates_too()
    {
        using TaskFolder folder = new(TaskFolder.Q8);
        using ConvertModelItems task = folder.Task(
            TaskFolder.Item("models/small.gguf", ("To", "apr"), ("Quantized", "auto"), ("SideFile", "exclude"), ("Pack", "true")));
        task.PublishCertificates = "false";
        Assert.IsTrue(task.Execute());
        Assert.AreEqual(folder.Output, task.ConvertedFiles.Single().ItemSpec);
        Assert.IsTrue(File.Exists(ModelFiles.SideFilePath(folder.Output)), "the way back needs it");
        Assert.AreEqual("Never", task.Certificates.Single().GetMetadata("CopyToPublishDirectory"));
        Assert.AreEqual("false", task.Certificates.Single().GetMetadata("Pack"));
        Assert.AreEqual("up to date", folder.Build(("Quantized", "auto"), ("SideFile", "include")), "the output is the same");
    }
}
