using ModelPack.Codec.Tests.Conversion;
using ModelPack.Conversion;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Verification;

[TestClass]
public sealed class CertifiedPartsTests
{
    private static readonly string Model = RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf");

    private readonly string folder = Directory.CreateTempSubdirectory("modelpack-parts-").FullName;

    private string Qwen => Path.Combine(folder, "qwen");

    private string Apr => Path.Combine(folder, "qwen.apr");

    private string Proof => ModelConverter.CertificatePath(Apr);

    [TestInitialize]
    public void MakeFolder()
    {
        Unflushed.Convert(Model, Qwen + "/", ModelFormat.SafeTensors, new() { MaxShardBytes = 500_000, Origin = OriginMode.None });
        File.WriteAllText(Path.Combine(Qwen, "config.json"), "{\"model_type\": \"qwen2\"}\n");
        Unflushed.Convert(Qwen, Apr, ModelFormat.Apr, new());
    }

    [TestCleanup]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    [TestMethod]
    public void A_certificate_lists_the_files_of_a_set_in_the_order_of_its_hash()
    {
        Certificate certificate = CertificateJson.Read(Proof);
        Assert.IsEmpty(certificate.Output.Parts);
        AssertParts(certificate.Source, Qwen);

        string back = Path.Combine(folder, "back");
        AssertParts(Unflushed.Convert(Apr, back + "/", ModelFormat.SafeTensors, new()).Output, back);
        string shards = Path.Combine(folder, "shards");
        AssertParts(Unflushed.Convert(Apr, shards + "/", ModelFormat.SafeTensors, new() { MaxShardBytes = 300_000 }).Output, shards);
        string bare = Path.Combine(folder, "bare");
        AssertParts(
            Unflushed.Convert(
                Apr, bare + "/", ModelFormat.SafeTensors, new() { MaxShardBytes = 300_000, Origin = OriginMode.None }).Output, bare);
    }

    [TestMethod]
    public void A_folder_or_its_index_verifies_against_the_certificate_of_either_direction()
    {
        Assert.IsTrue(ModelVerifier.Verify(Proof, Qwen).Passed);
        Assert.IsTrue(ModelVerifier.Verify(Proof, Path.Combine(Qwen, "model.safetensors.index.json")).Passed);
        Assert.IsTrue(ModelVerifier.Verify(Proof, Apr).Passed);
        string back = Path.Combine(folder, "back");
        Unflushed.Convert(Apr, back + "/", ModelFormat.SafeTensors, new());
        Assert.IsTrue(ModelVerifier.Verify(back + "/", ModelConverter.CertificatePath(back)).Passed);
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow("config.json")]
    [DataRow("model.safetensors.index.json")]
    [DataRow("model-00002-of-*.safetensors")]
    public void A_file_that_is_missing_is_named(string pattern)
    {
        string name = Path.GetFileName(Directory.GetFiles(Qwen, pattern).Single());
        File.Delete(Path.Combine(Qwen, name));
        VerificationReport report = ModelVerifier.Verify(Proof, Qwen);
        Assert.IsFalse(report.Passed);
        Assert.AreEqual(name, report.Differences.Single().Place);
        Assert.Contains("is missing", report.Differences[0].Text);
    }

    [TestMethod]
    public void A_companion_that_was_edited_or_added_is_named()
    {
        File.WriteAllText(Path.Combine(Qwen, "config.json"), "{\"model_type\": \"qwen3\"}\n");
        Difference edited = ModelVerifier.Verify(Proof, Qwen).Differences.Single();
        Assert.AreEqual("the file 'config.json' holds other bytes than were proved", edited.Text);

        File.AppendAllText(Path.Combine(Qwen, "config.json"), "\n");
        Assert.AreEqual("the file 'config.json' has 25 bytes; 24 were proved", ModelVerifier.Verify(Proof, Qwen).Differences.Single().Text);

        File.WriteAllText(Path.Combine(Qwen, "config.json"), "{\"model_type\": \"qwen2\"}\n");
        File.WriteAllText(Path.Combine(Qwen, "tokenizer.json"), "{}");
        Assert.AreEqual("tokenizer.json", ModelVerifier.Verify(Proof, Qwen).Differences.Single().Place);
    }

    [TestMethod]
    public void A_shard_that_was_edited_is_named_with_its_tensor_and_the_place_within_the_shard()
    {
        string shard = Directory.GetFiles(Qwen, "model-00002-of-*.safetensors").Single();
        TensorInfo victim;
        using (ModelFile file = ModelFiles.OpenFile(shard))
        {
            victim = file.Tensors[^1];
        }

        using (FileStream stream = new(shard, FileMode.Open))
        {
            stream.Position = victim.Offset;
            int value = stream.ReadByte();
            stream.Position = victim.Offset;
            stream.WriteByte((byte)(value ^ 1));
        }

        VerificationReport report = ModelVerifier.Verify(Proof, Qwen);
        Assert.HasCount(2, report.Differences);
        Assert.AreEqual(victim.Name, report.Differences[0].Place);
        Assert.AreEqual(victim.Offset, report.Differences[0].ByteOffset);
        Assert.Contains($"of '{Path.GetFileName(shard)}'", report.Differences[0].Text);
        Assert.AreEqual(Path.GetFileName(shard), report.Differences[1].Place);
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow("../config.json")]
    [DataRow("..\\\\config.json")]
    [DataRow("..")]
    [DataRow("sub/../../config.json")]
    [DataRow("/config.json")]
    [DataRow("sub//config.json")]
    [DataRow("sub\\\\..\\\\..\\\\config.json")]
    [DataRow("sub/config.json:stream")]
    public void A_certificate_cannot_lead_out_of_the_folder(string name)
    {
        string forged = Path.Combine(folder, "forged.modelpack.json");
        File.WriteAllText(forged, File.ReadAllText(Proof).Replace("\"config.json\"", $"\"{name}\"", StringComparison.Ordinal));
        ModelFormatException error = Assert.ThrowsExactly<ModelFormatException>(() => ModelVerifier.Verify(forged, Qwen));
        Assert.AreEqual(ProofErrors.BadCertificate, error.Code);
    }

    private static void AssertParts(CertifiedFile certified, string path)
    {
        string[] files = [.. ModelFiles.FilesOf(path)];
        Assert.IsGreaterThan(2, files.Length);
        CollectionAssert.AreEqual(
            files.Select(file => Path.GetFileName(file)).ToArray(), certified.Parts.Select(part => part.Name).ToArray());
        CollectionAssert.AreEqual(
            files.Select(file => FileHash.Xxh128(file)).ToArray(), certified.Parts.Select(part => part.Xxh128).ToArray());
        Assert.AreEqual(certified.Bytes, certified.Parts.Sum(part => part.Bytes));
    }
}
