using ModelPack.Codec.Conversion;
using ModelPack.Codec.Gguf;
using ModelPack.Codec.Proof;
using ModelPack.Codec.Tests.Insight;
using ModelPack.Codec.Tests.Proof.Models;

namespace ModelPack.Codec.Tests.Proof;

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
        ModelConverter.Convert(source, folder["model.apr"], ModelFormat.Apr, new());
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
    public void A_tensor_that_was_added_is_named()
    {
        Difference[] found = Changed(Gguf([.. Tensors, TestTensor.F32("third", 6)]));
        Assert.AreEqual((DifferenceKind.ExtraTensor, "third"), (found[0].Kind, found[0].Place));
        Assert.IsTrue(found.Skip(1).All(difference => difference.Kind == DifferenceKind.Container));
    }

    [TestMethod]
    public void A_tensor_that_is_gone_is_named() =>
        Assert.AreEqual((DifferenceKind.MissingTensor, "second"), Changed(Gguf(Tensors[..1])).Select(difference => (difference.Kind, difference.Place)).First());

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
        Assert.AreEqual($"the file has {longer.Length} bytes; {TestModels.SafeTensorsBytes([Certified]).Length} were proved", difference.Text);
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
        ModelConverter.Convert(source, output, ModelFormat.Gguf, new());
        folder.Write("source.safetensors", other);
        return ModelVerifier.Verify(ModelConverter.CertificatePath(output), source);
    }

    private static byte[] Gguf(IReadOnlyList<TestTensor> tensors, string name = "model") =>
        TestModels.GgufBytes(tensors, ("general.architecture", GgufValue.FromString("test")), ("general.name", GgufValue.FromString(name)));
}
