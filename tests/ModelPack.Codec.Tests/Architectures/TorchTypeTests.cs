using ModelPack.Architectures;

namespace ModelPack.Codec.Tests.Architectures;

[TestClass]
public sealed class TorchTypeTests
{
    [TestMethod]
    [DataRow(0u, TensorType.F32, TensorType.F32, "float32")]
    [DataRow(1u, TensorType.F16, TensorType.F16, "float16")]
    [DataRow(1u, TensorType.F16, TensorType.F32, "float16")]
    [DataRow(32u, TensorType.BF16, TensorType.F32, "bfloat16")]
    [DataRow(32u, TensorType.BF16, TensorType.BF16, "bfloat16")]
    [DataRow(7u, TensorType.F16, TensorType.BF16, "float32")]
    [DataRow(7u, TensorType.F64, TensorType.BF16, "float64")]
    public void Type_of_the_matrices_is_named(uint fileType, TensorType embedding, TensorType other, string expected) =>
        Assert.Contains($"\"torch_dtype\": \"{expected}\",", Model(fileType, embedding, other).TextOf("config.json"));

    [TestMethod]
    public void Quantized_matrices_are_named_by_what_they_are_widened_to()
    {
        DerivedFolder folder = Model(15, TensorType.Q4_K, TensorType.Q6_K);
        Assert.Contains("\"torch_dtype\": \"float32\",", folder.TextOf("config.json"));
        folder.AssertNote("config.json: torch_dtype is that of the widened weights (float32); the type before quantization is lost");
    }

    [TestMethod]
    public void File_type_that_no_matrix_has_is_noted()
    {
        DerivedFolder folder = Model(1, TensorType.BF16, TensorType.BF16);
        Assert.Contains("\"torch_dtype\": \"bfloat16\",", folder.TextOf("config.json"));
        folder.AssertNote("config.json: torch_dtype: general.file_type says float16, but no matrix is written as that");
    }

    [TestMethod]
    public void Integer_matrices_have_no_name()
    {
        DerivedFolder folder = Model(99, TensorType.I8, TensorType.I8);
        Assert.DoesNotContain("torch_dtype", folder.TextOf("config.json"));
        folder.AssertNote("config.json: torch_dtype is lost: the matrices have no float type that torch knows");
    }

    private static DerivedFolder Model(uint fileType, TensorType embedding, TensorType other) =>
        SmallGguf.Decoder("llama").Count("general.file_type", fileType)
        .Own("embedding_length", 256).WithoutTensor("token_embd.weight").Tensor("token_embd.weight", embedding, 96, 256)
        .Tensor("output.weight", other, 96, 256).Derive();
}
