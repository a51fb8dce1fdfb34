using ModelPack.Codec.Tests.Formats.Apr;
using ModelPack.Codec.Tests.Formats.SafeTensors;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Descriptions of carried tensors that do not fit, in a file with the tensors a (12 bytes) and b (176 bytes).</summary>
[TestClass]
public sealed class CarriedDescriptionTests
{
    [TestMethod]
    [DataRow("")]
    [DataRow("no json")]
    [DataRow("[]")]
    [DataRow("7")]
    [DataRow("{\"a\":{\"shape\":[[[[1]]]]}}")]
    [DataRow("{\"c\":{}}")]
    [DataRow("{\"a\":7}")]
    [DataRow("{\"a\":[]}")]
    [DataRow("{\"a\":{},\"a\":{}}")]
    [DataRow("{\"a\":{\"unknown\":1}}")]
    [DataRow("{\"a\":{\"type\":\"Q9_Z\"}}")]
    [DataRow("{\"a\":{\"type\":7}}")]
    [DataRow("{\"a\":{\"type\":\"F64\"}}")]
    [DataRow("{\"a\":{\"shape\":[13]}}")]
    [DataRow("{\"a\":{\"shape\":[-12]}}")]
    [DataRow("{\"a\":{\"shape\":[1.5]}}")]
    [DataRow("{\"a\":{\"shape\":[12,99999999999999999999]}}")]
    [DataRow("{\"a\":{\"shape\":[4294967296,4294967296]}}")]
    [DataRow("{\"a\":{\"shape\":\"12\"}}")]
    [DataRow("{\"a\":{\"name\":\"b\"}}")]
    [DataRow("{\"a\":{\"name\":\"x\"},\"b\":{\"name\":\"x\"}}")]
    [DataRow("{\"a\":{\"name\":\"\\ud800\"}}")]
    [DataRow("{\"\\ud800\":{}}")]
    [DataRow("{\"a\":{\"type\":\"\\udfff\"}}")]
    [DataRow("{\"a\":{\"byte_order\":\"middle\"}}")]
    [DataRow("{\"a\":{\"byte_order\":\"big\"}}")]
    [DataRow("{\"b\":{\"type\":\"Q5_K\",\"shape\":[255]}}")]
    public void Description_that_does_not_fit_is_refused(string description)
    {
        using TempFolder folder = new();
        string path = folder.Write("carried.safetensors", Container(description));
        foreach (ModelFormat target in Enum.GetValues<ModelFormat>())
        {
            ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(
                () => ModelConverter.Convert(path, folder.At("out"), target, ConversionCorpus.Allow));
            Assert.AreEqual("MP2006", exception.Code.Id, exception.Describe());
            Assert.AreEqual(path, exception.FilePath);
        }

        Assert.AreEqual("MP2006", Assert.ThrowsExactly<ModelPackException>(() => ModelValidator.Validate(path)).Code.Id);
        Assert.IsFalse(ModelVerifier.Verify(path, folder.Write("other.gguf", SmallModels.Gguf()), ProofLevel.L1).Passed);
        CollectionAssert.AreEqual(new[] { "carried.safetensors", "other.gguf" }, folder.Names());
    }

    [TestMethod]
    public void Description_that_is_no_text_is_refused()
    {
        using TempFolder folder = new();
        string path = folder.Write(
            "carried.apr", AprBytes.WithMetadata(AprBytes.PlainMetadata[..^1] + ",\"modelpack.carried\":{}}").Build());
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(
            () => ModelConverter.Convert(path, folder.At("out.gguf"), ModelFormat.Gguf, new()));
        Assert.AreEqual("MP2006", exception.Code.Id);
    }

    [TestMethod]
    public void Description_that_fits_gives_the_tensor_its_own_type_again()
    {
        using TempFolder folder = new();
        string path = folder.Write("carried.safetensors", Container("""{"b":{"name":"blocks","type":"Q5_K","shape":[1,256]}}"""));
        Certificate certificate = ModelConverter.Convert(path, folder.At("out.gguf"), ModelFormat.Gguf, ConversionCorpus.Allow);
        CertifiedTensor blocks = certificate.Tensors.Single(tensor => tensor.Type == "Q5_K");
        Assert.AreEqual("blocks", blocks.SourceName);
        Assert.AreEqual(TensorAction.Copy, blocks.Action);
        using ModelFile file = ModelFiles.Open(folder.At("out.gguf"));
        Assert.AreEqual(TensorType.Q5_K, file.Tensors.Single(tensor => tensor.Name == "blocks").Type);
    }

    [TestMethod]
    public void Every_cut_of_a_description_is_refused()
    {
        const string Whole = """{"a":{"name":"first"},"b":{"type":"Q5_K","shape":[1,256]}}""";
        using TempFolder folder = new();
        for (int length = 0; length < Whole.Length; length++)
        {
            string path = folder.Write("cut.safetensors", Container(Whole[..length]));
            Assert.AreEqual(
                "MP2006", Assert.ThrowsExactly<ModelPackException>(() => ModelValidator.Validate(path)).Code.Id, Whole[..length]);
        }

        Assert.IsEmpty(ModelValidator.Validate(folder.Write("whole.safetensors", Container(Whole))).NotChecked);
    }

    private static byte[] Container(string description) => SafeTensorsTestFile.Build(
        $$$"""{"__metadata__":{"format":"pt","modelpack.carried":"{{{System.Text.Json.JsonEncodedText.Encode(description)}}}"},"a":{"dtype":"U8","shape":[12],"data_offsets":[0,12]},"b":{"dtype":"U8","shape":[176],"data_offsets":[12,188]}}""", 188);
}
