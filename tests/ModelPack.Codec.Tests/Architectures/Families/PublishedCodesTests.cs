using ModelPack.Codec.Tests.Architectures.Rules;
using ModelPack.Architectures.Rules;

namespace ModelPack.Codec.Tests.Architectures.Families;

/// <summary>Folders whose weights are codes of a quantization of their own (cases/quantized-without-config,
/// cases/quantized-complete-called-incomplete): the tensors tell it, whatever config.json says.</summary>
[TestClass]
public sealed class PublishedCodesTests
{
    private const string Module = "model.layers.0.self_attn.q_proj";

    [TestMethod]
    [DataRow("qweight", TensorType.I32, DisplayName = "GPTQ, AWQ")]
    [DataRow("weight_packed", TensorType.I32, DisplayName = "compressed-tensors")]
    [DataRow("weight", TensorType.F8E4M3, DisplayName = "FP8")]
    [DataRow("weight", TensorType.I8, DisplayName = "bitsandbytes, compressed-tensors")]
    [DataRow("weight", TensorType.U8, DisplayName = "bitsandbytes, ModelOpt")]
    [DataRow("weight", TensorType.U32, DisplayName = "MLX")]
    [DataRow("weight._data", TensorType.I8, DisplayName = "quanto")]
    [DataRow("W_q", TensorType.U8, DisplayName = "HQQ")]
    [DataRow("weight_qdata", TensorType.I8, DisplayName = "torchao")]
    public void Weights_of_codes_are_not_expressed(string ending, TensorType type)
    {
        SmallFolder folder = SmallFolder.Llama().WithoutTensor($"{Module}.weight").Tensor(type, $"{Module}.{ending}", 64, 8);
        DerivedGguf derived = folder.Derive();
        Assert.IsNull(derived.Architecture);
        Assert.HasCount(1, derived.Notes);
        Assert.Contains($"{Module}.{ending}", derived.Notes[0]);
    }

    [TestMethod]
    public void Blocks_that_a_folder_carries_are_no_codes() =>
        Assert.AreEqual(
            "llama", SmallFolder.Llama().WithoutTensor($"{Module}.weight").Tensor(TensorType.Q8_0, $"{Module}.weight", 64, 64).Derive()
                .Architecture);

    [TestMethod]
    public void A_mask_is_no_code() =>
        Assert.AreEqual(
            "llama", SmallFolder.Llama().Tensor(TensorType.U8, "model.layers.0.attn.masked_bias", 64, 64).Derive().Architecture);
}
