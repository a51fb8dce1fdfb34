using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Formats.Gguf;
using ModelPack.Models;
using ModelPack.Tensors;
using ModelPack.Tensors.Payloads;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>A mamba GGUF, whose values are not those of Hugging Face's form and cannot be computed back (hf-companions.md §3.2, T3 and
/// T4).</summary>
[TestClass]
public sealed class MambaConversionTests : IDisposable
{
    private readonly TempFolder folder = new();

    [TestMethod]
    public void Logarithms_and_convolutions_are_shown_and_the_file_comes_back()
    {
        string source = folder.Write("mamba.gguf", Mamba(-2));
        Assert.AreEqual(ProofLevel.L3, ModelConverter.Convert(source, folder.At("model/"), ModelFormat.SafeTensors, new()).Level);
        using (ModelFile made = ModelFiles.Open(folder.At("model/")))
        {
            TensorInfo convolution = made.Tensors.Single(tensor => tensor.Name == "backbone.layers.0.mixer.conv1d.weight");
            CollectionAssert.AreEqual(new long[] { 2, 1, 2 }, convolution.Shape.ToArray());
            TensorInfo logarithms = made.Tensors.Single(tensor => tensor.Name == "backbone.layers.0.mixer.A_log");
            float[] values = new float[2];
            TensorDecoder.Decode(logarithms.Type, made.Source.ReadBytes(logarithms.Offset, (int)logarithms.ByteLength), values);
            CollectionAssert.AreEqual(new[] { 0.6931472f, 0f }, values);
        }

        ModelConverter.Convert(folder.At("model/"), folder.At("back.gguf"), ModelFormat.Gguf, new());
        ByteAssert.AreEqual(File.ReadAllBytes(source), File.ReadAllBytes(folder.At("back.gguf")));
    }

    [TestMethod]
    public void A_number_without_a_logarithm_is_refused_and_nothing_is_written()
    {
        string source = folder.Write("mamba.gguf", Mamba(0.5f));
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(
            () => ModelConverter.Convert(source, folder.At("model/"), ModelFormat.SafeTensors, new()));
        Assert.AreEqual(PayloadErrors.NotExpressible, exception.Code);
        Assert.AreEqual(source, exception.FilePath);
        Assert.Contains("log(-x) is not finite for the number 0.5", exception.Detail);
        CollectionAssert.AreEqual(new[] { "mamba.gguf" }, folder.Names());
    }

    [TestMethod]
    public void Verbatim_names_keep_the_values_too()
    {
        string source = folder.Write("mamba.gguf", Mamba(0.5f));
        Certificate certificate = ModelConverter.Convert(
            source, folder.At("model/"), ModelFormat.SafeTensors, new() { Naming = NamingMode.Verbatim });
        Assert.AreEqual(ProofLevel.L3, certificate.Level);
        CollectionAssert.AreEqual(
            new[] { ("blk.0.ssm_a", TensorAction.Copy), ("blk.0.ssm_conv1d.weight", TensorAction.Copy) },
            certificate.Tensors.Select(tensor => (tensor.Name, tensor.Action)).ToArray());
        Assert.IsFalse(File.Exists(folder.At("model/config.json")));
    }

    public void Dispose() => folder.Dispose();

    private static byte[] Mamba(float first) => new GgufBytes().Header(2, 2)
        .Key("general.architecture", GgufValueType.String).Text("mamba")
        .Key("mamba.block_count", GgufValueType.UInt32).U32(1)
        .Record("blk.0.ssm_a", GgufBytes.F32, 0, 2)
        .Record("blk.0.ssm_conv1d.weight", GgufBytes.F32, 32, 2, 2)
        .Pad()
        .Raw(BitConverter.GetBytes(first)).Raw(BitConverter.GetBytes(-1f)).Pad()
        .Data(16).Pad()
        .ToArray();
}
