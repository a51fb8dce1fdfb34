namespace ModelPack.Codec.Tests.Conversion;

/// <summary>What an earlier version wrote: its outputs restore their sources, and its certificates and records hold.</summary>
[TestClass]
public sealed class WrittenBeforeTests
{
    private static string In(string version, string name) => RepositoryData.Path("written-by", version, name);

    [TestMethod]
    [DataRow("0.1.0", "mix.gguf", "mix.apr")]
    [DataRow("0.1.0", "mix.gguf", "folder")]
    [DataRow("0.1.0", "mix.apr", "mix.safetensors")]
    [DataRow("0.1.0", "mix.gguf", "parts")]
    [DataRow("0.1.0", "model", "model.gguf")]
    [DataRow("0.1.0", "model.gguf", "shards")]
    public void An_output_is_equal_to_its_source_and_holds_by_its_certificate(string version, string source, string output)
    {
        VerificationReport pair = ModelVerifier.Verify(In(version, source), In(version, output), ProofLevel.L3);
        Assert.IsTrue(pair.Passed, string.Join('\n', pair.Differences));
        VerificationReport certified = ModelVerifier.Verify(
            ModelConverter.CertificatePath(In(version, output)), In(version, source), ProofLevel.L3);
        Assert.IsTrue(certified.Passed, string.Join('\n', certified.Differences));
    }

    [TestMethod]
    [DataRow("0.1.0", "mix.apr", "mix.gguf")]
    [DataRow("0.1.0", "folder", "mix.gguf")]
    [DataRow("0.1.0", "mix.safetensors", "mix.apr")]
    [DataRow("0.1.0", "parts", "mix.gguf")]
    [DataRow("0.1.0", "shards", "model.gguf")]
    public void An_output_gives_its_source_back(string version, string output, string source)
    {
        using TempFolder folder = new();
        string back = folder.At("back" + Path.GetExtension(source));
        ModelConverter.Convert(
            In(version, output), back, source.EndsWith(".apr", StringComparison.Ordinal)
                ? ModelFormat.Apr
                : ModelFormat.Gguf, new ConversionOptions());
        ByteAssert.AreEqual(File.ReadAllBytes(In(version, source)), File.ReadAllBytes(back));
    }

    [TestMethod]
    [DataRow("0.1.0", "model.gguf", "model")]
    public void A_folder_comes_back_file_by_file(string version, string output, string source)
    {
        using TempFolder folder = new();
        ModelConverter.Convert(In(version, output), folder.At("back/"), ModelFormat.SafeTensors, new ConversionOptions());
        foreach (string file in Directory.EnumerateFiles(In(version, source)))
        {
            ByteAssert.AreEqual(File.ReadAllBytes(file), File.ReadAllBytes(folder.At($"back/{Path.GetFileName(file)}")), file);
        }
    }
}
