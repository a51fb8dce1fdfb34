using ModelPack.Codec.Conversion;
using ModelPack.Codec.Proof;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Insight;

namespace ModelPack.Codec.Tests.Proof;

/// <summary>A file that is not the certified one is called different by its hash; what the report says of it is tested here.</summary>
[TestClass]
public sealed class CertificateDamageTests
{
    private static readonly TestTensor Certified = TestTensor.F32("a", 1, 2);

    [TestMethod]
    public void An_added_tensor_is_named()
    {
        VerificationReport report = VerifyInsteadOfSource(TestModels.SafeTensorsBytes([Certified, TestTensor.F32("b", 3)]));
        Assert.IsFalse(report.Passed);
        Assert.AreEqual("b", report.Differences.Single(difference => difference.Kind == DifferenceKind.ExtraTensor).Place);
    }

    [TestMethod]
    public void Bytes_beside_equal_tensors_are_reported_with_both_lengths()
    {
        byte[] longer = TestModels.SafeTensorsBytes([Certified], ("added", "key"));
        VerificationReport report = VerifyInsteadOfSource(longer);
        Assert.IsFalse(report.Passed);
        Difference difference = report.Differences.Single();
        Assert.AreEqual(DifferenceKind.Container, difference.Kind);
        Assert.AreEqual($"the file has {longer.Length} bytes; {TestModels.SafeTensorsBytes([Certified]).Length} were proved", difference.Text);
    }

    private static VerificationReport VerifyInsteadOfSource(byte[] other)
    {
        using TempFolder folder = new();
        string source = folder.Write("source.safetensors", TestModels.SafeTensorsBytes([Certified]));
        string output = folder.At("output.gguf");
        ModelConverter.Convert(source, output, ModelFormat.Gguf, ConversionCorpus.Allow);
        folder.Write("source.safetensors", other);
        return ModelVerifier.Verify(ModelConverter.CertificatePath(output), source);
    }
}
