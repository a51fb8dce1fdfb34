using ModelPack.Formats;
using ModelPack.Formats.SafeTensors;

namespace ModelPack.Codec.Tests.Formats.SafeTensors;

[TestClass]
public sealed class WriterRefusalTests
{
    public static IEnumerable<object[]> Models { get; } =
    [
        ["MP1241", Tensors(new("w", TensorType.U8, [1], 1), new("w", TensorType.F32, [1], 4))],
        ["MP1242", new SafeTensorsModel([new("k", "1"), new("k", "2")], [])],
        ["MP1243", Tensors(new StoredTensor("__metadata__", TensorType.U8, [1], 1))],
        ["MP1244", Tensors(new StoredTensor("w", TensorType.Q4_0, [32], 18))],
        ["MP1244", Tensors(new StoredTensor("w", TensorType.AprQ8, [0], 0))],
        ["MP1245", Tensors(new StoredTensor("w", TensorType.F32, [2], 7))],
        ["MP1245", Tensors(new StoredTensor("w", TensorType.F4, [3], 1))],
        ["MP1245", Tensors(new StoredTensor("w", TensorType.U8, [-1], 1))],
        ["MP1245", Tensors(new StoredTensor("w", TensorType.F32, [long.MaxValue, 4, 0], 0))],
        ["MP1246", new SafeTensorsModel([new("k", new string('x', 100_000_000))], [])],
        ["MP1247", Tensors(new StoredTensor("\ud800", TensorType.U8, [1], 1))],
        ["MP1247", new SafeTensorsModel([new SafeTensorsModelEntry("k", new byte[] { 0xff })], [])],
        ["MP1247", new SafeTensorsModel([new("\udc00", "")], [])],
        ["MP1248", Tensors(Big("a"), Big("b"), Big("c"), Big("d"))],
    ];

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(Models))]
    public void A_model_that_the_format_cannot_hold_is_refused(string code, object model) =>
    Assert.AreEqual(code, Refusal((SafeTensorsModel)model).Code.Id);

    [TestMethod]
    public void A_refusal_names_the_tensor() =>
        Assert.AreEqual("w", Refusal(Tensors(new StoredTensor("w", TensorType.F32, [2], 7))).TensorName);

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void A_header_at_the_limit_is_written()
    {
        int frame = "{\"__metadata__\":{\"k\":\"\"}}".Length;
        SafeTensorsModel model = new([new("k", new string('x', 100_000_000 - frame))], []);
        Assert.AreEqual(100_000_008, SafeTensorsWriter.Plan(model).Length);
    }

    internal static ModelPackException Refusal(SafeTensorsModel model) =>
        Assert.ThrowsExactly<ModelPackException>(() => SafeTensorsWriter.Plan(model));

    private static SafeTensorsModel Tensors(params StoredTensor[] tensors) => new([], tensors);

    private static StoredTensor Big(string name) => new(name, TensorType.U64, [(1L << 58) - 1], ((1L << 58) - 1) * 8);
}
