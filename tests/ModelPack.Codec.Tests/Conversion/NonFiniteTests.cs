using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.Models;
using ModelPack.Verification;

namespace ModelPack.Codec.Tests.Conversion;

[TestClass]
public sealed class NonFiniteTests
{
    private const uint Q5_K = 13;
    private const uint Q4_K = 12;

    private static IReadOnlyList<HostileFile> Files { get; } = [.. HostileCorpus.Files.Where(file => file.NonFinite is not null)];

    public static IEnumerable<string> Flagged => Files.Where(file => file.NonFinite!.MustFlag).Select(file => file.Name);

    public static IEnumerable<string> Harmless => Files.Where(file => !file.NonFinite!.MustFlag).Select(file => file.Name);

    [TestMethod]
    public void The_corpus_has_both_kinds()
    {
        Assert.IsGreaterThan(30, Flagged.Count());
        Assert.IsGreaterThan(3, Harmless.Count());
    }

    [TestMethod]
    [DynamicData(nameof(Flagged))]
    public void Non_finite_source_is_refused_with_its_first_element_and_nothing_is_written(string name)
    {
        HostileFile file = Files.Single(file => file.Name == name);
        ExpectedNonFinite expected = file.NonFinite!;
        foreach (ModelFormat target in Enum.GetValues<ModelFormat>())
        {
            using TempFolder folder = new();
            ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(
                () => Unflushed.Convert(file.Path, folder.At($"out.{target.Extension()}"), target, new()));
            Assert.AreEqual("MP2002", exception.Code.Id);
            Assert.AreEqual(expected.Tensor, exception.TensorName);
            Assert.AreEqual(file.Path, exception.FilePath);
            CheckText(expected, exception.Detail);
            Assert.AreEqual(FirstByte(file.Path, expected), exception.ByteOffset);
            Assert.IsEmpty(folder.Names());
        }
    }

    [TestMethod]
    [DynamicData(nameof(Flagged))]
    public void Non_finite_values_are_findings_of_a_validation(string name)
    {
        HostileFile file = Files.Single(file => file.Name == name);
        Finding finding = ModelValidator.Validate(file.Path).Findings.Single();
        Assert.AreEqual("MP2102", finding.Code.Id);
        Assert.AreEqual(file.NonFinite!.Tensor, finding.Place);
        CheckText(file.NonFinite, finding.Text);
        Assert.AreEqual(FirstByte(file.Path, file.NonFinite), finding.ByteOffset);
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(Flagged))]
    public void Allowed_non_finite_values_pass_bit_for_bit_and_are_counted(string name)
    {
        HostileFile file = Files.Single(file => file.Name == name);
        foreach (ModelFormat via in Enum.GetValues<ModelFormat>())
        {
            RoundTripReport report = RoundTrip.Run(file.Path, [via], ConversionCorpus.Allow);
            Assert.IsTrue(report.Identical, report.Difference?.Text);
            foreach (Certificate step in report.Steps)
            {
                CertifiedTensor victim = step.Tensors.Single(tensor => tensor.Finite == FiniteStatus.NonFinite);
                Assert.AreEqual(file.NonFinite!.Tensor, victim.SourceName);
                Assert.AreEqual(file.NonFinite.Count, victim.NonFiniteCount);
            }
        }
    }

    [TestMethod]
    [DynamicData(nameof(Harmless))]
    public void Bits_that_only_look_like_NaN_are_left_in_peace(string name)
    {
        HostileFile file = Files.Single(file => file.Name == name);
        Assert.IsEmpty(ModelValidator.Validate(file.Path).Findings);
        foreach (ModelFormat via in Enum.GetValues<ModelFormat>())
        {
            Assert.IsTrue(RoundTrip.Run(file.Path, [via], new()).Identical);
        }
    }

    [TestMethod]
    public void Tensor_whose_byte_order_is_not_understood_is_not_called_finite()
    {
        using TempFolder folder = new();
        string path = folder.Write("big.gguf", BigEndian(Q5_K, 176));
        ValidationReport report = ModelValidator.Validate(path);
        CollectionAssert.AreEqual(new[] { "odd" }, report.NotChecked.ToArray());
        Certificate certificate = Unflushed.Convert(path, folder.At("big.apr"), ModelFormat.Apr, new());
        Assert.AreEqual(FiniteStatus.NotChecked, certificate.Tensors.Single(tensor => tensor.SourceName == "odd").Finite);
        Assert.AreEqual(FiniteStatus.Finite, certificate.Tensors.Single(tensor => tensor.SourceName == "plain").Finite);

        // Nor is it on the way through further formats.
        Certificate next = Unflushed.Convert(folder.At("big.apr"), folder.At("big.safetensors"), ModelFormat.SafeTensors, new());
        Assert.AreEqual(FiniteStatus.NotChecked, next.Tensors.Single(tensor => tensor.SourceName == "odd").Finite);
        Certificate back = Unflushed.Convert(folder.At("big.safetensors"), folder.At("back.gguf"), ModelFormat.Gguf, new());
        Assert.AreEqual(FiniteStatus.NotChecked, back.Tensors.Single(tensor => tensor.SourceName == "odd").Finite);
    }

    [TestMethod]
    public void Big_endian_NaN_is_found_where_the_byte_order_is_understood()
    {
        using TempFolder folder = new();
        byte[] bytes = BigEndian(Q4_K, 144);
        using (GgufFile file = GgufFile.Open(new MemoryByteSource(bytes)))
        {
            long scale = file.Tensors.Single(tensor => tensor.Name == "odd").Offset;
            (bytes[scale], bytes[scale + 1]) = (0x7E, 0x01);
        }

        string path = folder.Write("big.gguf", bytes);
        Finding finding = ModelValidator.Validate(path).Findings.Single();
        Assert.AreEqual("odd", finding.Place);
        StringAssert.Contains(finding.Text, "256 NaN");
        Assert.IsEmpty(ModelValidator.Validate(path).NotChecked);
    }

    private static void CheckText(ExpectedNonFinite expected, string text)
    {
        if (expected.Count == 0)
        {
            StringAssert.Contains(text, "block");
            return;
        }

        long infinite = expected.Count - expected.NaN;
        Assert.IsTrue(text.StartsWith($"{expected.NaN} NaN and {infinite} infinite values", StringComparison.Ordinal), text);
        StringAssert.Contains(text, $"the first is element {expected.First}");
    }

    /// <summary>Where the first bad element begins, or the block that it is in; an APR-Q8 tensor has one scale at its beginning.</summary>
    private static long FirstByte(string path, ExpectedNonFinite expected)
    {
        using ModelFile file = ModelFiles.Open(path);
        TensorInfo tensor = file.Tensors.Single(tensor => tensor.Name == expected.Tensor);
        TensorTypeInfo type = TensorTypes.Get(tensor.Type);
        return type.Rule == PayloadRule.ScaledBytes
            ? tensor.Offset
            : tensor.Offset + (expected.First!.Value / type.BlockElements * type.BlockBytes);
    }

    private static byte[] BigEndian(uint type, int bytes) => new GgufBytes(3, ByteOrder.BigEndian).Header(2, 0)
        .Record("plain", GgufBytes.F32, 0, 3)
        .Record("odd", type, 32, 256)
        .Pad().Data(12).Pad().Data(bytes).Pad()
        .ToArray();
}
