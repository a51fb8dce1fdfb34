using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Verification;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Validation;

/// <summary>What a conversion would look at, a validation looks at too: the origin record and the side file.</summary>
[TestClass]
public sealed class RecordTests
{
    [TestMethod]
    public void Model_with_its_side_file_is_sound()
    {
        using TempFolder folder = new();
        Assert.IsEmpty(ModelValidator.Validate(Output(folder, "a", 1)).Findings);
    }

    [TestMethod]
    public void Missing_side_file_is_a_finding()
    {
        using TempFolder folder = new();
        string output = Output(folder, "a", 1);
        File.Delete(ModelFiles.SideFilePath(output));
        Assert.AreEqual(("MP2033", "a.ggml-blocks.safetensors"), Single(output));
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public void Side_file_of_another_model_is_a_finding(int more)
    {
        using TempFolder folder = new();
        string output = Output(folder, "a", 1);
        string other = Output(folder, "b", 2, more);
        File.Copy(ModelFiles.SideFilePath(other), ModelFiles.SideFilePath(output), overwrite: true);
        Assert.AreEqual("MP2033", Single(output).Code);
    }

    [TestMethod]
    public void Flipped_bit_of_a_side_file_is_a_finding_with_its_tensor()
    {
        using TempFolder folder = new();
        string output = Output(folder, "a", 1);
        Flip(ModelFiles.SideFilePath(output), -1);
        Assert.AreEqual(("MP2033", "blk.0.ffn_up.weight"), Single(output));
    }

    [TestMethod]
    public void Flipped_bit_of_what_is_shown_is_a_finding()
    {
        using TempFolder folder = new();
        string output = Output(folder, "a", 1);
        Flip(output, -1);
        Assert.AreEqual("MP2033", Single(output).Code);
    }

    [TestMethod]
    public void Damaged_record_is_a_finding()
    {
        using TempFolder folder = new();
        string output = folder.Write("bad.safetensors", OriginRecords.Container([1, 2, 3]));
        Assert.AreEqual(("MP2032", "modelpack.origin"), Single(output));
    }

    [TestMethod]
    public void Forged_record_is_noted()
    {
        ValidationReport report = ModelValidator.Validate(RepositoryData.Path("cases", "hostile", "forged-literal", "evil.safetensors"));
        Assert.IsEmpty(report.Findings);
        StringAssert.Contains(report.Notes.Single(note => note.Rule == "K-RECORD").Text, "leaves its origin record behind");
    }

    private static string Output(TempFolder folder, string name, int seed, int more = 0)
    {
        TestTensor[] tensors = [
            .. Enumerable.Range(0, 1 + more).Select(i => HostileCaseTests.Q5K($"blk.{i}.ffn_up.weight", 0x3C00, seed + i))];
        string source = folder.Write(name + ".gguf", TestModels.GgufBytes(tensors));
        string output = folder.At(name + ".safetensors");
        ModelConverter.Convert(source, output, ModelFormat.SafeTensors, new());
        return output;
    }

    private static (string Code, string Place) Single(string path)
    {
        Finding finding = ModelValidator.Validate(path).Findings.Single();
        return (finding.Code.Id, finding.Place);
    }

    private static void Flip(string path, int at)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^-at] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
