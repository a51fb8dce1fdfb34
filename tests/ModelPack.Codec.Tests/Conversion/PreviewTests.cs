using ModelPack.Conversion;
using ModelPack.IO.Output;
using ModelPack.Models;
using ModelPack.Tensors.Payloads;

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
    public void Growth_is_told_before_anything_is_written_and_before_there_may_be_too_little_space()
    {
        string target = Path.Combine(folder, "m.safetensors");
        List<string> heard = [];
        ConversionPreview planned = ModelConverter.Plan(Model, target, ModelFormat.SafeTensors, new());
        Certificate done = ModelConverter.Convert(Model, target, ModelFormat.SafeTensors, new(), growing: growth =>
        {
            Assert.AreEqual(0, new FileInfo(Directory.GetFileSystemEntries(folder).Single()).Length, "the lock");
            heard.Add(growth);
        });
        Assert.AreEqual(planned.Growth, heard.Single());
        ModelConverter.Convert(
            Model, Path.Combine(folder, "m.apr"), ModelFormat.Apr, new() { Quantized = QuantizedMode.Blocks }, growing: heard.Add);
        Assert.HasCount(1, heard);
        int widened;
        using (ModelFile model = ModelFiles.Open(Model))
        {
            widened = model.Tensors.Count(tensor => TensorTypes.Get(tensor.Type).IsQuantized);
        }

        Assert.AreEqual(
            string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{widened} quantized tensors become F32: the output takes {done.Output.Bytes:N0} bytes, "
                    + $"{(double)done.Output.Bytes / done.Source.Bytes:0.0} times the {done.Source.Bytes:N0} bytes of the source; "
                    + $"Quantized=blocks (--quantized blocks) keeps them small"),
            planned.Growth);
    }

    [TestMethod]
    public void Nothing_is_told_of_growth_where_no_quantized_tensor_is_widened()
    {
        Assert.IsNull(ModelConverter.Plan(Model, Path.Combine(folder, "m.gguf"), ModelFormat.Gguf, new()).Growth);
        string blocks = Path.Combine(folder, "blocks.safetensors");
        Assert.IsNull(ModelConverter.Plan(Model, blocks, ModelFormat.SafeTensors, new() { Quantized = QuantizedMode.Blocks }).Growth);
        string wide = Path.Combine(folder, "wide.safetensors");
        ModelConverter.Convert(Model, wide, ModelFormat.SafeTensors, new());
        Assert.IsNull(ModelConverter.Plan(wide, Path.Combine(folder, "back.gguf"), ModelFormat.Gguf, new()).Growth);
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
        Assert.AreEqual(OutputErrors.TargetExists, Refused(taken, ModelFormat.Apr, new()));
        Assert.AreEqual(
            PayloadErrors.NotExpressible,
            Refused(Path.Combine(folder, "m.st"), ModelFormat.SafeTensors, new() { Quantized = QuantizedMode.Native }));
        Assert.AreEqual(
            ConversionErrors.NeedsFolder, Refused(Path.Combine(folder, "m.gguf"), ModelFormat.Gguf, new() { MaxShardBytes = 300_000 }));
        Assert.AreEqual(
            ConversionErrors.NeedsFolder,
            Refused(Path.Combine(folder, "m.st"), ModelFormat.SafeTensors, new() { MaxShardBytes = 300_000 }));
        Assert.AreEqual(PayloadErrors.NotExpressible, Refused(folder + "/apr/", ModelFormat.Apr, new() { MaxShardBytes = 300_000 }));
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
