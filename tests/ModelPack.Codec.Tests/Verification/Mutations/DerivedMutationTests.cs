using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Formats;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Verification.Mutations;

/// <summary>Corruption of what a conversion made: compared with its source, with its certificate, and converted back.</summary>
[TestClass]
public sealed class DerivedMutationTests
{
    private static readonly ModelFolder Originals = new();
    private static readonly ConversionOptions Blocks = new() { Quantized = QuantizedMode.Blocks };

    private readonly ModelFolder folder = new();

    public static IEnumerable<object[]> Pairs =>
        from source in Enum.GetValues<ModelFormat>()
        from target in Enum.GetValues<ModelFormat>()
        where source != target
        select new object[] { source, target };

    [ClassInitialize]
    public static void WriteOriginals(TestContext _)
    {
        foreach (ModelFormat format in Enum.GetValues<ModelFormat>())
        {
            Originals.Write("model", TinyModel.In(format));
        }

        foreach (object[] pair in Pairs)
        {
            Unflushed.Convert(
                Source((ModelFormat)pair[0]), Output((ModelFormat)pair[0], (ModelFormat)pair[1]), (ModelFormat)pair[1], Blocks);
        }
    }

    [ClassCleanup]
    public static void RemoveOriginals() => Originals.Dispose();

    [TestCleanup]
    public void RemoveFolder() => folder.Dispose();

    [TestMethod]
    [DynamicData(nameof(Pairs))]
    public void An_untouched_output_is_equal_at_every_level(ModelFormat source, ModelFormat target)
    {
        Assert.IsTrue(ModelVerifier.Verify(Source(source), Output(source, target), ProofLevel.L3).Passed);
        Assert.IsTrue(ModelVerifier.Verify(Output(source, target), Source(source), ProofLevel.L3).Passed);
        Assert.IsTrue(ModelVerifier.Verify(Output(source, target) + ".modelpack.json", Output(source, target), ProofLevel.L3).Passed);
        Assert.IsEmpty(ModelValidator.Validate(Output(source, target)).Findings);
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(Pairs))]
    public void One_bit_in_any_tensor_is_found_with_its_place_in_the_output(ModelFormat source, ModelFormat target)
    {
        using ModelFile output = ModelFiles.Open(Output(source, target));
        for (int i = 0; i < output.Tensors.Count; i += 5)
        {
            long at = output.Tensors[i].Offset + (output.Tensors[i].ByteLength / 2);
            string damaged = Damage(source, target, bytes => bytes[at] ^= 1);
            VerificationReport report = ModelVerifier.Verify(Source(source), damaged, ProofLevel.L1);
            Assert.IsFalse(report.Passed);
            Difference difference = report.Differences.Single(found => found.Kind == DifferenceKind.Payload);
            Assert.AreEqual(at, difference.ByteOffset);
            Assert.AreEqual(1, difference.Count);
            Assert.IsFalse(ModelVerifier.Verify(damaged, Source(source), ProofLevel.L1).Passed);
            Difference certified = ModelVerifier.Verify(
                Output(source, target) + ".modelpack.json", damaged, ProofLevel.L1).Differences.First();
            Assert.AreEqual(output.Tensors[i].Name, certified.Place);

            // The way back does not undo an edit silently.
            Certificate back = Unflushed.Convert(damaged, folder[$"back{i}.{source.Extension()}"], source, Blocks);
            StringAssert.Contains(string.Join("\n", back.Notes), "edited");
        }
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(Pairs))]
    public void A_byte_of_the_origin_record_cannot_change_unnoticed(ModelFormat source, ModelFormat target)
    {
        int length;
        using (ModelFile output = ModelFiles.Open(Output(source, target)))
        {
            length = output.OriginRecord!.Value.Length;
        }

        for (int at = 0; at < length; at += Math.Max(1, length / 40))
        {
            byte[] record = [];
            string damaged = DamageRecord(source, target, bytes => record = Flipped(bytes, at));
            using (ModelFile check = ModelFiles.Open(damaged))
            {
                CollectionAssert.AreEqual(record, check.OriginRecord!.Value.ToArray());
            }

            try
            {
                VerificationReport report = ModelVerifier.Verify(Source(source), damaged, ProofLevel.L2);
                Assert.IsFalse(report.Passed && report.Proved == ProofLevel.L3, $"byte {at}");
                Assert.IsFalse(ModelVerifier.Verify(Source(source), damaged, ProofLevel.L3).Passed, $"byte {at}");
            }
            catch (ModelPackException exception)
            {
                Assert.AreEqual(ErrorKind.InvalidFile, exception.Code.Kind, $"byte {at}: {exception.Describe()}");
            }
        }
    }

    [TestMethod]
    [DataRow(ModelFormat.Gguf)]
    [DataRow(ModelFormat.SafeTensors)]
    public void A_record_that_says_nothing_is_a_difference(ModelFormat target)
    {
        string damaged = DamageRecord(ModelFormat.Apr, target, _ => []);
        VerificationReport report = ModelVerifier.Verify(Source(ModelFormat.Apr), damaged);
        Assert.IsFalse(report.Passed);
        Assert.Contains("modelpack.origin", report.Differences.Select(difference => difference.Place));
    }

    [TestMethod]
    public void An_edited_description_of_carried_tensors_is_found()
    {
        string output = Output(ModelFormat.Gguf, ModelFormat.SafeTensors);
        string text = Encoding.UTF8.GetString(File.ReadAllBytes(output));
        StringAssert.Contains(text, "\\\"type\\\":\\\"Q4_0\\\"");
        string damaged = Damage(ModelFormat.Gguf, ModelFormat.SafeTensors, bytes =>
        {
            int at = bytes.AsSpan().IndexOf("\"Q4_0\\\""u8);
            at = at < 0 ? bytes.AsSpan().IndexOf("Q4_0"u8) : at + 1;
            "Q5_0"u8.CopyTo(bytes.AsSpan(at));
        });
        Assert.IsFalse(Passes(Source(ModelFormat.Gguf), damaged));
        Assert.IsFalse(Passes(output, damaged));
    }

    [TestMethod]
    [DynamicData(nameof(Pairs))]
    public void A_name_in_the_output_cannot_change_unnoticed(ModelFormat source, ModelFormat target)
    {
        // A tensor that the architecture does not know is no tensor of a GGUF that is made for llama.cpp.
        string name = (source, target) == (ModelFormat.Apr, ModelFormat.Gguf) ? "output_norm.weight" : "lookup";
        string damaged = Damage(source, target, bytes =>
        {
            int at = bytes.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes(name));
            bytes[at + 5] = (byte)'q';
        });
        VerificationReport report = ModelVerifier.Verify(Source(source), damaged, ProofLevel.L1);
        Assert.IsFalse(report.Passed);
        Assert.IsTrue(
            report.Differences.Any(difference => difference.Kind == DifferenceKind.MissingTensor && difference.Place == name),
            string.Join("\n", report.Differences));
    }

    [TestMethod]
    [DataRow("\"xxh128\": \"", true)]
    [DataRow("\"bytes\": ", true)]
    [DataRow("\"level\": \"L", false)]
    [DataRow("\"schema\": ", false)]
    [DataRow("\"format\": \"", false)]
    public void An_edited_certificate_does_not_fit_any_more(string field, bool isOutput)
    {
        string output = Output(ModelFormat.Gguf, ModelFormat.Apr);
        string text = File.ReadAllText(output + ".modelpack.json");
        int start = isOutput ? text.IndexOf("\"output\"", StringComparison.Ordinal) : 0;
        int at = text.IndexOf(field, start, StringComparison.Ordinal) + field.Length;
        string edited = string.Concat(text.AsSpan(0, at), text[at] is '1' ? "2" : "1", text.AsSpan(at + 1));
        string certificate = folder.Write("edited.apr.modelpack.json", edited);
        if (field.Contains("bytes", StringComparison.Ordinal))
        {
            // The length is only looked at when the hash does not fit.
            string longer = folder.Write("longer.apr", [.. File.ReadAllBytes(Source(ModelFormat.Apr))]);
            Assert.Contains(
                DifferenceKind.Container,
                ModelVerifier.Verify(certificate, longer, ProofLevel.L1).Differences.Select(difference => difference.Kind));
            return;
        }

        Assert.IsFalse(Passes(certificate, output));
    }

    [TestMethod]
    public void A_certificate_whose_tensor_hash_was_edited_names_the_tensor()
    {
        string output = Output(ModelFormat.Gguf, ModelFormat.Apr);
        Certificate certificate = CertificateJson.Read(output + ".modelpack.json");
        string other = new('0', 32);
        Certificate edited = certificate.With(
            (nameof(Certificate.Output), certificate.Output.With((nameof(CertifiedFile.Xxh128), other))),
            (nameof(Certificate.Tensors), certificate.Tensors.SetItem(
                3, certificate.Tensors[3].With((nameof(CertifiedTensor.Xxh128), other)))));
        string path = folder.Write("edited.apr.modelpack.json", CertificateJson.ToUtf8(edited));
        Difference difference = ModelVerifier.Verify(path, output, ProofLevel.L1).Differences.Single();
        Assert.AreEqual(certificate.Tensors[3].Name, difference.Place);
        Assert.AreEqual(DifferenceKind.Payload, difference.Kind);
    }

    private static string Source(ModelFormat format) => Originals[$"model.{format.Extension()}"];

    private static string Output(ModelFormat source, ModelFormat target) => Originals[$"{source}.{target.Extension()}"];

    private static bool Passes(string first, string second)
    {
        try
        {
            return ModelVerifier.Verify(first, second).Passed;
        }
        catch (ModelPackException exception)
        {
            Assert.AreEqual(ErrorKind.InvalidFile, exception.Code.Kind);
            return false;
        }
    }

    private static byte[] Flipped(byte[] bytes, int at)
    {
        bytes[at] ^= 0x04;
        return bytes;
    }

    private string Damage(ModelFormat source, ModelFormat target, Action<byte[]> damage)
    {
        byte[] bytes = File.ReadAllBytes(Output(source, target));
        damage(bytes);
        return folder.Write($"damaged.{target.Extension()}", Sealed(bytes, target));
    }

    // The record stands in the file as bytes, or as base64 of the same length.
    private string DamageRecord(ModelFormat source, ModelFormat target, Func<byte[], byte[]> damage)
    {
        byte[] bytes = File.ReadAllBytes(Output(source, target));
        using (ModelFile output = ModelFiles.Open(Output(source, target)))
        {
            byte[] record = output.OriginRecord!.Value.ToArray();
            byte[] stored = target == ModelFormat.Gguf ? record : Encoding.ASCII.GetBytes(Convert.ToBase64String(record));
            int at = bytes.AsSpan().IndexOf(stored);
            Assert.IsGreaterThan(0, at);
            byte[] edited = damage(record);
            edited = target == ModelFormat.Gguf ? edited : Encoding.ASCII.GetBytes(Convert.ToBase64String(edited));
            if (edited.Length == 0)
            {
                edited = target == ModelFormat.Gguf ? new byte[stored.Length] : Enumerable.Repeat((byte)'A', stored.Length).ToArray();
            }

            edited.CopyTo(bytes, at);
        }

        return folder.Write($"damaged.{target.Extension()}", Sealed(bytes, target));
    }

    private static byte[] Sealed(byte[] bytes, ModelFormat format)
    {
        if (format == ModelFormat.Apr)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), Crc32.HashToUInt32(bytes.AsSpan(0, bytes.Length - 4)));
        }

        return bytes;
    }
}
