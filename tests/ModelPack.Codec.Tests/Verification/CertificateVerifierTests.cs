using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Verification.Models;
using ModelPack.Formats.Gguf;

namespace ModelPack.Codec.Tests.Verification;

/// <summary>A single file against the certificate of its conversion.</summary>
[TestClass]
public sealed class CertificateVerifierTests
{
    private static readonly TestTensor[] Tensors = [TestTensor.F32("first", 1, 2, 3), TestTensor.F32("second", 4, 5)];

    private static readonly TestTensor Certified = TestTensor.F32("a", 1, 2);

    private readonly ModelFolder folder = new();
    private string certificate = "";

    [TestInitialize]
    public void Convert()
    {
        string source = folder.Write("model.gguf", Gguf(Tensors));
        Unflushed.Convert(source, folder["model.apr"], ModelFormat.Apr, new());
        certificate = ModelConverter.CertificatePath(folder["model.apr"]);
        Assert.IsTrue(ModelVerifier.Verify(certificate, source, ProofLevel.L3).Passed);
    }

    [TestCleanup]
    public void RemoveFolder() => folder.Dispose();

    [TestMethod]
    public void Bytes_after_the_last_tensor_are_named_by_both_lengths()
    {
        byte[] bytes = Gguf(Tensors);
        Difference difference = Changed([.. bytes, 0, 0, 0]).Single();
        Assert.AreEqual(DifferenceKind.Container, difference.Kind);
        Assert.AreEqual($"the file has {bytes.Length + 3} bytes; {bytes.Length} were proved", difference.Text);
    }

    [TestMethod]
    public void SHA256_of_a_certificate_decides_where_it_is_there()
    {
        string first = folder.Write("a.gguf", File.ReadAllBytes(RepositoryData.Path("cases", "hostile", "collision", "a.gguf")));
        string second = folder.Write("b.gguf", File.ReadAllBytes(RepositoryData.Path("cases", "hostile", "collision", "b.gguf")));
        Unflushed.Convert(first, folder["strong.apr"], ModelFormat.Apr, new() { Sha256 = true });
        string strong = ModelConverter.CertificatePath(folder["strong.apr"]);
        Assert.IsTrue(ModelVerifier.Verify(first, strong, ProofLevel.L3).Passed);
        Assert.IsTrue(ModelVerifier.Verify(folder["strong.apr"], strong, ProofLevel.L3).Passed);
        VerificationReport report = ModelVerifier.Verify(second, strong, ProofLevel.L1);
        Assert.IsFalse(report.Passed);
        Assert.IsNull(report.Proved);
        StringAssert.Contains(report.Differences.Single().Text, "SHA-256");
    }

    [TestMethod]
    public void SHA256_of_each_file_of_a_folder_decides_where_it_is_there()
    {
        Unflushed.Convert(
            folder["model.gguf"], folder["out"] + Path.DirectorySeparatorChar, ModelFormat.SafeTensors, new() { Sha256 = true });
        string strong = ModelConverter.CertificatePath(folder["out"]);
        Certificate read = CertificateJson.Read(strong);
        Assert.IsTrue(
            read.Output.Parts.Length > 1
                && read.Output.Parts.All(part => part.Sha256 == FileHash.Sha256(Path.Combine(folder["out"], part.Name))));
        Assert.IsTrue(ModelVerifier.Verify(folder["out"], strong, ProofLevel.L3).Passed);
        File.WriteAllText(
            strong, File.ReadAllText(strong).Replace(read.Output.Parts[0].Sha256!, new string('0', 64), StringComparison.Ordinal));
        Difference difference = ModelVerifier.Verify(folder["out"], strong, ProofLevel.L1).Differences.Single();
        Assert.AreEqual(read.Output.Parts[0].Name, difference.Place);
        StringAssert.Contains(difference.Text, "does not happen by accident");
    }

    [TestMethod]
    public void A_tensor_that_was_added_is_named()
    {
        Difference[] found = Changed(Gguf([.. Tensors, TestTensor.F32("third", 6)]));
        Assert.AreEqual((DifferenceKind.ExtraTensor, "third"), (found[0].Kind, found[0].Place));
        Assert.IsTrue(found.Skip(1).All(difference => difference.Kind == DifferenceKind.Container));
    }

    [TestMethod]
    public void A_tensor_that_is_gone_is_named() =>
        Assert.AreEqual(
            (DifferenceKind.MissingTensor, "second"), Changed(Gguf(Tensors[..1])).Select(difference => (difference.Kind, difference.Place))
                .First());

    [TestMethod]
    public void A_changed_key_of_the_same_length_is_said_to_lie_outside_the_tensors()
    {
        Difference difference = Changed(Gguf(Tensors, "other")).Single();
        Assert.AreEqual((DifferenceKind.Container, "header, metadata, padding or footer"), (difference.Kind, difference.Place));
    }

    [TestMethod]
    public void A_tensor_that_was_added_to_SafeTensors_is_named()
    {
        VerificationReport report = VerifyInsteadOfSource(TestModels.SafeTensorsBytes([Certified, TestTensor.F32("b", 3)]));
        Assert.IsFalse(report.Passed);
        Assert.AreEqual("b", report.Differences.Single(difference => difference.Kind == DifferenceKind.ExtraTensor).Place);
    }

    [TestMethod]
    public void Metadata_that_were_added_beside_equal_tensors_are_reported_with_both_lengths()
    {
        byte[] longer = TestModels.SafeTensorsBytes([Certified], ("added", "key"));
        VerificationReport report = VerifyInsteadOfSource(longer);
        Assert.IsFalse(report.Passed);
        Difference difference = report.Differences.Single();
        Assert.AreEqual(DifferenceKind.Container, difference.Kind);
        Assert.AreEqual(
            $"the file has {longer.Length} bytes; {TestModels.SafeTensorsBytes([Certified]).Length} were proved", difference.Text);
    }

    private Difference[] Changed(byte[] bytes)
    {
        VerificationReport report = ModelVerifier.Verify(certificate, folder.Write("changed.gguf", bytes), ProofLevel.L1);
        Assert.IsFalse(report.Passed);
        return [.. report.Differences];
    }

    private VerificationReport VerifyInsteadOfSource(byte[] other)
    {
        string source = folder.Write("source.safetensors", TestModels.SafeTensorsBytes([Certified]));
        string output = folder["output.gguf"];
        Unflushed.Convert(source, output, ModelFormat.Gguf, new());
        folder.Write("source.safetensors", other);
        return ModelVerifier.Verify(ModelConverter.CertificatePath(output), source);
    }

    private static byte[] Gguf(IReadOnlyList<TestTensor> tensors, string name = "model") =>
        TestModels.GgufBytes(tensors, ("general.architecture", GgufValue.FromString("test")), ("general.name", GgufValue.FromString(name)));
}
