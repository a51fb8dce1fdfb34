using System.Collections.Immutable;
using ModelPack.Architectures.Families;
using ModelPack.Architectures.Rules;

namespace ModelPack.Codec.Tests.Architectures.Rules;

/// <summary>general.file_type says what most of the matrices are.</summary>
[TestClass]
public sealed class FileTypeTests
{
    [TestMethod]
    public void Tables_that_are_always_f32_do_not_count() =>
    Check("32", ("token_embd.weight", TensorType.BF16, 100), ("blk.0.ffn_gate_inp.weight", TensorType.F32, 100_000),
        ("position_embd.weight", TensorType.F32, 100_000));

    [TestMethod]
    public void What_most_values_have_is_the_type()
    {
        Check("1", ("token_embd.weight", TensorType.F16, 100), ("output.weight", TensorType.F32, 99));
        Check("7", ("token_embd.weight", TensorType.F16, 10), ("output.weight", TensorType.Q8_0, 32));
        Check("0", ("token_embd.weight", TensorType.F32, 10), ("position_embd.weight", TensorType.F32, 32));
        Check("0", ("position_embd.weight", TensorType.F32, 32));
    }

    [TestMethod]
    public void Without_a_majority_or_a_label_there_is_none()
    {
        Check(null, ("token_embd.weight", TensorType.F16, 100), ("output.weight", TensorType.BF16, 100));
        Check(null, ("token_embd.weight", TensorType.Q4_K, 256));
        Check(null);
    }

    private static void Check(string? expected, params (string Name, TensorType Type, long Columns)[] tensors) => Assert.AreEqual(
        expected,
        ConfigToGguf.FileType(
            tensors.Select(tensor => (tensor.Name, tensor.Type, ImmutableArray.Create<long>(2, tensor.Columns))))?.Value.Display());
}
