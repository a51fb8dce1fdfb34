using ModelPack.Codec.Tests.Verification;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Narrowing: what it does to which tensors, what it costs, and that the source comes back all the same.</summary>
[TestClass]
public sealed class NarrowingLossTests
{
    private static readonly ConversionOptions ToBrain = new() { Dtype = TensorType.BF16, Loss = LossPolicy.Allow };
    private static readonly ConversionOptions ToHalf = new() { Dtype = TensorType.F16, Loss = LossPolicy.Allow };

    private readonly TempFolder folder = new();

    [TestCleanup]
    public void RemoveFolder() => folder.Dispose();

    [TestMethod]
    public void Matrices_are_narrowed_and_measured_and_the_source_comes_back()
    {
        // BF16 has 7 bits behind the point: 1 + 2^-8 is a tie that goes to 1, 3 + 2^-7 + 2^-8 is nearest to 3 + 2^-6. Both by hand.
        float[] values = [1, 1 + (1 / 256f), 3 + (3 / 256f), -0.5f];
        string source = Write(TestTensor.F32("matrix", values) with { Shape = [2, 2] }, TestTensor.F32("vector", 1 + (1 / 256f)));
        Certificate certificate = ModelConverter.Convert(source, folder.At("out.gguf"), ModelFormat.Gguf, ToBrain);
        Assert.AreEqual(ProofLevel.L3, certificate.Level);
        Assert.AreEqual("BF16", certificate.Options["dtype"]);
        CertifiedTensor matrix = certificate.Tensors.Single(tensor => tensor.SourceName == "matrix");
        Assert.AreEqual(TensorAction.Change, matrix.Action);
        Assert.AreEqual(Reports.TextOf(new TensorLoss("BF16", 1 / 256.0, 1, 1 / 257.0, 1)), Reports.TextOf(matrix.Loss));
        Assert.IsNull(certificate.Tensors.Single(tensor => tensor.SourceName == "vector").Loss);
        using (ModelFile output = ModelFiles.Open(folder.At("out.gguf")))
        {
            TensorInfo narrowed = output.Tensors.Single(tensor => tensor.Name == "matrix");
            Assert.AreEqual(TensorType.BF16, narrowed.Type);
            CollectionAssert.AreEqual(
                new byte[] { 0x80, 0x3F, 0x80, 0x3F, 0x41, 0x40, 0x00, 0xBF }, output.Source.ReadBytes(narrowed.Offset, 8));
            Assert.AreEqual(TensorType.F32, output.Tensors.Single(tensor => tensor.Name == "vector").Type);
        }

        ModelConverter.Convert(folder.At("out.gguf"), folder.At("back.safetensors"), ModelFormat.SafeTensors, new());
        ByteAssert.AreEqual(File.ReadAllBytes(source), File.ReadAllBytes(folder.At("back.safetensors")));
        Assert.IsTrue(ModelVerifier.Verify(source, folder.At("out.gguf"), ProofLevel.L3).Passed);
        TensorLoss? read = CertificateJson.Read(ModelConverter.CertificatePath(folder.At("out.gguf"))).Tensors.Single(
            tensor => tensor.SourceName == "matrix").Loss;
        Assert.AreEqual(Reports.TextOf(matrix.Loss), Reports.TextOf(read));
    }

    [TestMethod]
    public void Loss_over_many_chunks_is_that_of_every_value_looked_at_singly()
    {
        Random random = new(5);
        float[] values = [.. Enumerable.Range(0, 700 * 701).Select(_ => (random.NextSingle() - 0.5f) * 10)];
        string source = Write(TestTensor.F32("wide", values) with { Shape = [700, 701] });
        TensorLoss loss = ModelConverter.Convert(source, folder.At("out.gguf"), ModelFormat.Gguf, ToHalf).Tensors.Single().Loss!;
        (double Distance, int Element) absolute = values.Select((value, i) => (Math.Abs((double)value - (double)(Half)value), i))
            .MaxBy(item => item.Item1);
        (double Quotient, int Element) relative = values.Select(
            (value, i) => (value == 0 ? 0 : Math.Abs((double)value - (double)(Half)value) / Math.Abs((double)value), i))
                .MaxBy(item => item.Item1);
        Assert.AreEqual(
            Reports.TextOf(new TensorLoss("F16", absolute.Distance, absolute.Element, relative.Quotient, relative.Element)),
            Reports.TextOf(loss));
    }

    [TestMethod]
    public void What_fits_the_narrower_type_costs_nothing()
    {
        byte[] halves = [0x00, 0x3C, 0x01, 0x00, 0xFF, 0x7B, 0x00, 0x80];
        string source = Write(
            new TestTensor("half", TensorType.F16, [2, 2], halves), TestTensor.F32("single", 1, 2, -4, 0.25f) with { Shape = [1, 4] });
        Certificate certificate = ModelConverter.Convert(source, folder.At("out.gguf"), ModelFormat.Gguf, ToHalf with { Epsilon = 0 });
        Assert.IsNull(certificate.Tensors.Single(tensor => tensor.SourceName == "half").Loss);
        Assert.AreEqual(
            Reports.TextOf(new TensorLoss("F16", 0, 0, 0, 0)),
            Reports.TextOf(certificate.Tensors.Single(tensor => tensor.SourceName == "single").Loss));
        Assert.AreEqual("0", certificate.Options["epsilon"]);
    }

    [TestMethod]
    public void Quantized_tensors_that_the_target_lacks_are_narrowed_from_their_values()
    {
        TestTensor blocks = new(
            "blocks", TensorType.Q8_0, [1, 32], [0x00, 0x3C, .. Enumerable.Range(0, 32).Select(value => (byte)(value + 90))]);
        string source = folder.Write("source.gguf", TestModels.GgufBytes([blocks]));
        Certificate certificate = ModelConverter.Convert(source, folder.At("out.safetensors"), ModelFormat.SafeTensors, ToBrain);

        // 90 to 121 have at most seven bits, so BF16 holds them.
        Assert.AreEqual(Reports.TextOf(new TensorLoss("BF16", 0, 0, 0, 0)), Reports.TextOf(certificate.Tensors.Single().Loss));
        ModelConverter.Convert(folder.At("out.safetensors"), folder.At("back.gguf"), ModelFormat.Gguf, new());
        ByteAssert.AreEqual(File.ReadAllBytes(source), File.ReadAllBytes(folder.At("back.gguf")));
    }

    [TestMethod]
    public void Error_beyond_the_limit_fails_and_names_tensor_element_and_both_values()
    {
        string source = Write(
            TestTensor.F32("good", 1, 2) with { Shape = [1, 2] }, TestTensor.F32("bad", 1, 1.00390625f) with { Shape = [1, 2] });
        Assert.AreEqual(
            ProofLevel.L3,
            ModelConverter.Convert(source, folder.At("fine.gguf"), ModelFormat.Gguf, ToBrain with { Epsilon = 1 / 256.0 }).Level);
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(
            () => ModelConverter.Convert(source, folder.At("out.gguf"), ModelFormat.Gguf, ToBrain with { Epsilon = 0.001 }));
        Assert.AreEqual("MP2011", exception.Code.Id);
        Assert.AreEqual("bad", exception.TensorName);
        Assert.AreEqual("element 1 is 1.0039062 and becomes 1 in BF16, more than 0.001 apart", exception.Detail);
        Assert.IsFalse(File.Exists(folder.At("out.gguf")));
    }

    [TestMethod]
    public void Value_beyond_the_range_of_the_type_is_refused_unless_infinity_is_allowed()
    {
        string source = Write(TestTensor.F32("large", 1, 70_000) with { Shape = [1, 2] });
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(
            () => ModelConverter.Convert(source, folder.At("out.gguf"), ModelFormat.Gguf, ToHalf));
        Assert.AreEqual("MP2011", exception.Code.Id);
        StringAssert.Contains(exception.Detail, "element 1 is 70000");
        StringAssert.Contains(exception.Detail, "beyond its range");
        Certificate certificate = ModelConverter.Convert(
            source, folder.At("out.gguf"), ModelFormat.Gguf, ToHalf with { NonFinite = NonFinitePolicy.Allow });
        Assert.AreEqual(
            Reports.TextOf(new TensorLoss("F16", double.PositiveInfinity, 1, double.PositiveInfinity, 1)),
            Reports.TextOf(certificate.Tensors.Single().Loss));
        Assert.AreEqual(
            Reports.TextOf(certificate.Tensors.Single().Loss),
            Reports.TextOf(CertificateJson.Read(ModelConverter.CertificatePath(folder.At("out.gguf"))).Tensors.Single().Loss));
    }

    [TestMethod]
    public void Certificate_with_a_distance_that_is_none_is_refused()
    {
        string source = Write(TestTensor.F32("large", 1, 70_000) with { Shape = [1, 2] });
        ModelConverter.Convert(source, folder.At("out.gguf"), ModelFormat.Gguf, ToHalf with { NonFinite = NonFinitePolicy.Allow });
        string path = ModelConverter.CertificatePath(folder.At("out.gguf"));
        SmallModels.Replace(path, "\"infinity\"", "\"Infinity\"");
        ModelFormatException exception = Assert.ThrowsExactly<ModelFormatException>(() => CertificateJson.Read(path));
        Assert.AreEqual(path, exception.FilePath);
        Assert.Contains("'Infinity' is no distance", exception.Detail);
    }

    [TestMethod]
    public void NaN_and_infinity_that_were_there_are_no_error_of_rounding()
    {
        string source = Write(TestTensor.F32("odd", float.NaN, float.NegativeInfinity, -0f, 2) with { Shape = [2, 2] });
        Certificate certificate = ModelConverter.Convert(
            source, folder.At("out.gguf"), ModelFormat.Gguf, ToHalf with { NonFinite = NonFinitePolicy.Allow, Epsilon = 0 });
        Assert.AreEqual(Reports.TextOf(new TensorLoss("F16", 0, 0, 0, 0)), Reports.TextOf(certificate.Tensors.Single().Loss));
    }

    [TestMethod]
    public void Loss_has_to_be_allowed_by_name()
    {
        string source = Write(TestTensor.F32("matrix", 1, 2) with { Shape = [1, 2] });
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(
            () => ModelConverter.Convert(source, folder.At("out.gguf"), ModelFormat.Gguf, new() { Dtype = TensorType.BF16 }));
        Assert.AreEqual("MP2011", exception.Code.Id);
        StringAssert.Contains(exception.Code.Remedy, "--allow-lossy");
    }

    private string Write(params TestTensor[] tensors) => folder.Write("source.safetensors", TestModels.SafeTensorsBytes(tensors));
}
