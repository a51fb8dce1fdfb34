using ModelPack.Codec.Conversion;
using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.Proof;
using ModelPack.Codec.Tensors;

namespace ModelPack.Codec.Tests.Conversion;

[TestClass]
public sealed class PreviewTests
{
    private static readonly string Model = RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf");

    private readonly string folder = Directory.CreateTempSubdirectory("modelpack-preview-").FullName;

    [TestCleanup]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    [TestMethod]
    [DataRow(ModelFormat.Apr, "m.apr", null)]
    [DataRow(ModelFormat.SafeTensors, "m.safetensors", null)]
    [DataRow(ModelFormat.SafeTensors, "shards/", 300_000L)]
    [DataRow(ModelFormat.Gguf, "shards/", 300_000L)]
    public void A_preview_says_what_the_conversion_then_does_and_writes_nothing(ModelFormat to, string name, long? limit)
    {
        string target = Path.Combine(folder, name);
        ConversionOptions options = new() { MaxShardBytes = limit };
        ConversionPreview preview = ModelConverter.Plan(Model, target, to, options);
        Assert.IsEmpty(Directory.GetFileSystemEntries(folder));

        AssertSame(preview, ModelConverter.Convert(Model, target, to, options));
        string[] written = [.. Files(target).Select(path => Path.GetFileName(path))];
        CollectionAssert.AreEquivalent(written, preview.Files.Select(file => file.Name).ToArray());
        Assert.AreEqual(Files(target).Sum(path => new FileInfo(path).Length), preview.OutputBytes);
        Assert.AreEqual(preview.OutputBytes, preview.Files.Sum(file => file.Bytes));
    }

    [TestMethod]
    public void A_preview_of_the_way_back_shows_the_original()
    {
        string middle = Path.Combine(folder, "m.safetensors");
        ModelConverter.Convert(Model, middle, ModelFormat.SafeTensors, new());
        string back = Path.Combine(folder, "back.gguf");
        ConversionPreview preview = ModelConverter.Plan(middle, back, ModelFormat.Gguf, new());
        AssertSame(preview, ModelConverter.Convert(middle, back, ModelFormat.Gguf, new()));

        Assert.AreEqual(new FileInfo(Model).Length, preview.OutputBytes);
        Dictionary<string, string> types;
        using (ModelFile original = ModelFiles.Open(Model))
        {
            types = original.Tensors.ToDictionary(tensor => tensor.Name, tensor => TensorTypes.Get(tensor.Type).Name);
        }

        Assert.IsTrue(preview.Tensors.All(tensor => types[tensor.Name] == tensor.StoredType));
        Assert.Contains("restored", preview.Notes[0]);
    }

    [TestMethod]
    public void A_preview_refuses_what_the_conversion_refuses_on_sight()
    {
        string taken = Path.Combine(folder, "taken.apr");
        File.WriteAllText(taken, "keep me");
        Assert.AreEqual(ConversionErrors.TargetExists, Refused(taken, ModelFormat.Apr, new()));
        Assert.AreEqual(ConversionErrors.NotExpressible, Refused(Path.Combine(folder, "m.st"), ModelFormat.SafeTensors, new() { Quantized = QuantizedMode.Native }));
        Assert.AreEqual(ConversionErrors.NeedsFolder, Refused(Path.Combine(folder, "m.gguf"), ModelFormat.Gguf, new() { MaxShardBytes = 300_000 }));
        Assert.AreEqual(ConversionErrors.NeedsFolder, Refused(Path.Combine(folder, "m.st"), ModelFormat.SafeTensors, new() { MaxShardBytes = 300_000 }));
        Assert.AreEqual(ConversionErrors.NotExpressible, Refused(folder + "/apr/", ModelFormat.Apr, new() { MaxShardBytes = 300_000 }));
    }

    private static ErrorCode Refused(string target, ModelFormat to, ConversionOptions options)
    {
        ErrorCode planned = Assert.Throws<ModelPackException>(() => ModelConverter.Plan(Model, target, to, options)).Code;
        Assert.AreEqual(planned, Assert.Throws<ModelPackException>(() => ModelConverter.Convert(Model, target, to, options)).Code);
        return planned;
    }

    private static void AssertSame(ConversionPreview preview, Certificate done)
    {
        Assert.AreEqual(done.Source.Name, preview.SourceName);
        Assert.AreEqual(done.Source.Bytes, preview.SourceBytes);
        Assert.AreEqual(done.Output.Bytes, preview.OutputBytes);
        Assert.AreEqual((done.Source.Format, done.Output.Format), (preview.From, preview.To));
        CollectionAssert.AreEqual(
            done.Tensors.Select(tensor => (tensor.Name, tensor.SourceName, tensor.Type, tensor.Action)).ToArray(),
            preview.Tensors.Select(tensor => (tensor.Name, tensor.SourceName, tensor.Type, tensor.Action)).ToArray());
        CollectionAssert.AreEqual(done.Notes.ToArray(), preview.Notes.ToArray());
    }

    private static string[] Files(string target) => Directory.Exists(target) ? Directory.GetFiles(target) : [.. ModelFiles.FilesOf(target)];
}
