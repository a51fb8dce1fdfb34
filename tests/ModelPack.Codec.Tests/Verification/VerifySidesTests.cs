using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Tensors;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Verification;

/// <summary>A report speaks of the first and the second file as they were given, whichever of them was made from the other.</summary>
[TestClass]
public sealed class VerifySidesTests
{
    public static IEnumerable<object[]> Conversions => VerifyDamageTests.Conversions;

    [TestMethod]
    [DynamicData(nameof(Conversions))]
    public void An_offset_names_the_file_that_it_counts_in(ModelFormat from, ModelFormat to)
    {
        using TempFolder folder = new();
        (string source, string output) = Convert(folder, from, to);
        TensorInfo stored = Tensor(output, 0);
        SmallModels.Flip(output, stored.Offset + 1);
        (byte flipped, byte whole) = (ByteAt(output, stored.Offset + 1), (byte)(ByteAt(output, stored.Offset + 1) ^ 0x10));
        foreach (bool isFirst in new[] { false, true })
        {
            Difference difference =
                (isFirst ? ModelVerifier.Verify(output, source) : ModelVerifier.Verify(source, output)).Differences.Single();
            Assert.AreEqual(
                (stored.Offset + 1, isFirst ? FileSide.First : FileSide.Second), (difference.ByteOffset!.Value, difference.OffsetIn));
            (byte first, byte second) = isFirst ? (flipped, whole) : (whole, flipped);
            StringAssert.Contains(difference.Text, $": {first:x2} in the first file, {second:x2} in the second");
            Assert.AreEqual((first, second), difference.Payload!.ByteValues);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Conversions))]
    public void A_changed_source_is_called_by_its_place_too(ModelFormat from, ModelFormat to)
    {
        using TempFolder folder = new();
        (string source, string output) = Convert(folder, from, to);
        TensorInfo own = Tensor(source, 0);
        SmallModels.Flip(source, own.Offset + 1);
        byte flipped = ByteAt(source, own.Offset + 1);
        using ModelFile container = ModelFiles.Open(output);
        TensorInfo stored = container.Tensors.Single(tensor => tensor.Name == own.Name);
        foreach (bool isFirst in new[] { false, true })
        {
            Difference difference =
                (isFirst ? ModelVerifier.Verify(source, output) : ModelVerifier.Verify(output, source)).Differences.Single();
            Assert.AreEqual(
                (stored.Offset + 1, isFirst ? FileSide.Second : FileSide.First), (difference.ByteOffset!.Value, difference.OffsetIn));
            Assert.AreEqual(flipped, isFirst ? difference.Payload!.ByteValues.First : difference.Payload!.ByteValues.Second);
        }
    }

    [TestMethod]
    public void A_key_is_missing_on_the_side_where_it_is_missing()
    {
        using TempFolder folder = new();
        (string source, string output) = Convert(folder, ModelFormat.SafeTensors, ModelFormat.Apr);
        SmallModels.Replace(source, "\"name\"", "\"nome\"");
        Check(ModelVerifier.Verify(source, output), "nome", "name");
        Check(ModelVerifier.Verify(output, source), "name", "nome");

        static void Check(VerificationReport report, string first, string second)
        {
            Assert.AreEqual(ProofLevel.L1, report.Proved);
            StringAssert.Contains(
                report.Differences.Single(difference => difference.Place == first).Text,
                $"the key '{first}' is missing in the second file");
            StringAssert.Contains(
                report.Differences.Single(difference => difference.Place == second).Text, $"the key '{second}' is in the second file only");
        }
    }

    [TestMethod]
    public void Another_order_of_the_keys_is_a_difference()
    {
        using TempFolder folder = new();
        string first = folder.Write(
            "a.gguf", TestModels.GgufBytes([TestTensor.F32("w", 1)], ("x", GgufValue.FromUInt32(1)), ("y", GgufValue.FromUInt32(2))));
        string second = folder.Write(
            "b.gguf", TestModels.GgufBytes([TestTensor.F32("w", 1)], ("y", GgufValue.FromUInt32(2)), ("x", GgufValue.FromUInt32(1))));
        VerificationReport report = ModelVerifier.Verify(first, second);
        Assert.AreEqual(ProofLevel.L1, report.Proved);
        Difference difference = report.Differences.Single();
        Assert.AreEqual((DifferenceKind.Metadata, "y"), (difference.Kind, difference.Place));
        Assert.AreEqual("the keys stand in another order: number 0 is 'x' in the first file and 'y' in the second", difference.Text);
    }

    [TestMethod]
    public void A_tensor_is_missing_on_the_side_where_it_is_missing()
    {
        using TempFolder folder = new();
        (string source, string output) = Convert(folder, ModelFormat.SafeTensors, ModelFormat.Apr);
        SmallModels.Replace(source, "\"a\":", "\"c\":");
        foreach ((VerificationReport report, string missing, string extra) in new[] { (ModelVerifier.Verify(source, output), "c", "a"),
            (ModelVerifier.Verify(output, source), "a", "c") })
        {
            Assert.AreEqual(missing, report.Differences.Single(difference => difference.Kind == DifferenceKind.MissingTensor).Place);
            Assert.AreEqual(extra, report.Differences.Single(difference => difference.Kind == DifferenceKind.ExtraTensor).Place);
        }
    }

    [TestMethod]
    public void An_offset_beside_the_tensors_names_its_file()
    {
        using TempFolder folder = new();
        (string source, string output) = Convert(folder, ModelFormat.SafeTensors, ModelFormat.Gguf);
        byte[] bytes = File.ReadAllBytes(output);
        long padding = Tensor(output, 0).Offset + Tensor(output, 0).ByteLength + 1;
        bytes[padding] ^= 1;
        File.WriteAllBytes(output, bytes);
        Difference second = ModelVerifier.Verify(source, output, ProofLevel.L3).Differences.Single();
        Difference first = ModelVerifier.Verify(output, source, ProofLevel.L3).Differences.Single();
        Assert.AreEqual((padding, FileSide.Second), (second.ByteOffset!.Value, second.OffsetIn));
        Assert.AreEqual((padding, FileSide.First), (first.ByteOffset!.Value, first.OffsetIn));
        StringAssert.EndsWith(second.Text, $"differs at byte {padding} of the second file");
        StringAssert.EndsWith(first.Text, $"differs at byte {padding} of the first file");
    }

    [TestMethod]
    public void A_damaged_footer_names_its_file()
    {
        using TempFolder folder = new();
        (string source, string output) = Convert(folder, ModelFormat.SafeTensors, ModelFormat.Apr);
        byte[] bytes = File.ReadAllBytes(output);
        bytes[^1] ^= 1;
        File.WriteAllBytes(output, bytes);
        Assert.AreEqual(FileSide.Second, ModelVerifier.Verify(source, output).Differences.Single().OffsetIn);
        Assert.AreEqual(FileSide.First, ModelVerifier.Verify(output, source).Differences.Single().OffsetIn);
    }

    [TestMethod]
    public void Beside_a_certificate_the_model_is_meant()
    {
        using TempFolder folder = new();
        (_, string output) = Convert(folder, ModelFormat.SafeTensors, ModelFormat.Gguf);
        string certificate = ModelConverter.CertificatePath(output);
        TensorInfo stored = Tensor(output, 0);
        SmallModels.Flip(output, stored.Offset);
        Difference second = ModelVerifier.Verify(certificate, output).Differences.Single();
        Difference first = ModelVerifier.Verify(output, certificate).Differences.Single();
        Assert.AreEqual((stored.Offset, FileSide.Second), (second.ByteOffset!.Value, second.OffsetIn));
        Assert.AreEqual((stored.Offset, FileSide.First), (first.ByteOffset!.Value, first.OffsetIn));
    }

    [TestMethod]
    public void A_widened_tensor_is_equal_by_value_and_not_by_bits()
    {
        using TempFolder folder = new();
        GoldenVector vector = GoldenVectors.All.First(vector => vector.Type == TensorType.Q4_K);
        float[] decoded = [.. vector.Decoded.Select(BitConverter.UInt32BitsToSingle)];
        string blocks = folder.Write("blocks.gguf", TestModels.GgufBytes([new("w", vector.Type, [decoded.Length], vector.Blocks)]));
        string widened = folder.Write("wide.safetensors", TestModels.SafeTensorsBytes([TestTensor.F32("w", decoded)]));
        VerificationReport report = ModelVerifier.Verify(blocks, widened, ProofLevel.L1);
        Assert.IsFalse(report.Passed);
        Assert.IsNull(report.Proved);
        Difference difference = report.Differences.Single();
        Assert.AreEqual((DifferenceKind.Type, 0L), (difference.Kind, difference.Payload!.Elements));
        StringAssert.EndsWith(difference.Text, $"all {decoded.Length} decoded values are the same, bit for bit");
        Assert.Contains(
            "type or order of bytes alone differs in 1 of 1 tensor: every decoded value is the same, bit for bit", report.Notes);

        decoded[7] = MathF.BitIncrement(decoded[7]);
        folder.Write("wide.safetensors", TestModels.SafeTensorsBytes([TestTensor.F32("w", decoded)]));
        VerificationReport edited = ModelVerifier.Verify(blocks, widened, ProofLevel.L1);
        Assert.AreEqual((1L, 7L), (edited.Differences.Single().Payload!.Elements, edited.Differences.Single().Payload!.First!.Element));
        Assert.IsFalse(edited.Notes.Any(note => note.Contains("every decoded value", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void A_NaN_that_was_widened_is_the_same_value()
    {
        using ModelFile half = TestModels.SafeTensors(new TestTensor("w", TensorType.F16, [2], [0x01, 0x7C, 0, 0x3C]));
        using ModelFile wide = TestModels.Gguf(TestTensor.F32("w", BitConverter.UInt32BitsToSingle(0xFFC0_0001), 1));
        Difference difference = ModelDiff.Compare(half, wide).Differences.First(difference => difference.Kind == DifferenceKind.Type);
        Assert.AreEqual(0L, difference.Payload!.Elements);
    }

    private static (string Source, string Output) Convert(TempFolder folder, ModelFormat from, ModelFormat to)
    {
        string source = SmallModels.Write(folder, from);
        string output = folder.At($"output.{to.Extension()}");
        Unflushed.Convert(source, output, to, ConversionCorpus.Allow);
        return (source, output);
    }

    private static TensorInfo Tensor(string path, int index)
    {
        using ModelFile file = ModelFiles.Open(path);
        return file.Tensors[index];
    }

    private static byte ByteAt(string path, long offset) => File.ReadAllBytes(path)[offset];
}
