using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Verification;
using ModelPack.IO;
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
    [DataRow("forged-literal")]
    [DataRow("forged-nan")]
    public void Forged_record_is_a_finding(string name) =>
        Assert.AreEqual(Forged, Single(RepositoryData.Path("cases", "hostile", name, "evil.safetensors")));

    // What a conversion refuses is found by the same code: bytes beside the tensors that no conversion writes, hashes that are those of
    // another source.
    [TestMethod]
    public void Bytes_that_the_conversion_of_the_record_does_not_write_are_a_finding()
    {
        using TempFolder folder = new();
        byte[] plain = Converted(folder, ModelFormat.Gguf);
        Assert.IsEmpty(ModelValidator.Validate(folder.Write("m.gguf", plain)).Findings);
        foreach (byte[] bytes in (byte[][])[[.. plain[..^1], 1], [.. plain, 1]])
        {
            string path = folder.Write("m.gguf", bytes);
            Assert.AreEqual(Forged, Single(path));
            Assert.AreEqual(Forged.Code, Refusal(path, folder.At("back.safetensors"), ModelFormat.SafeTensors));
        }
    }

    [TestMethod]
    public void Hash_of_another_source_in_a_record_is_a_finding()
    {
        using TempFolder folder = new();
        string path = folder.Write("m.safetensors", OriginRecords.WithRecord(
            Converted(folder, ModelFormat.SafeTensors),
            record => record with { Files = [record.Files[0] with { Hash = Hash128.Of([1]) }] }));
        Assert.AreEqual(Forged, Single(path));
        Assert.AreEqual(Forged.Code, Refusal(path, folder.At("back.gguf"), ModelFormat.Gguf));
    }

    // The hash is that of what lies in the container, and the file described has other weights, which the record holds itself.
    [TestMethod]
    public void Weights_of_a_record_beside_those_of_the_container_are_a_finding()
    {
        using TempFolder folder = new();
        byte[] bytes = Converted(folder, ModelFormat.SafeTensors);
        byte[] was = bytes[^4..];
        bytes[^2] ^= 1;
        string path = folder.Write("m.safetensors", OriginRecords.WithRecord(bytes, record => record with
        {
            Tensors = [record.Tensors[0] with { Hash = Hash128.Of(bytes[^4..]) }],
            Files = [record.Files[0] with { Plan = new([
                .. record.Files[0].Plan.Segments.Select(segment => segment is PayloadSegment ? new LiteralSegment(was) : segment)]) }],
        }));
        Assert.AreEqual(("MP2032", ModelFile.OriginKey), Single(path));
        Assert.AreEqual("MP2004", Refusal(path, folder.At("back.gguf"), ModelFormat.Gguf));
        Assert.IsFalse(ModelVerifier.Verify(folder.At("s.gguf"), path, ProofLevel.L1).Passed);
        Assert.IsFalse(ModelVerifier.Verify(path, folder.At("s.gguf"), ProofLevel.L1).Passed);
    }

    // apr-v2.md R-FOOTER: what the record describes gives the container, its hashes fit, and it is no valid file.
    [TestMethod]
    public void Wrong_footer_of_the_file_that_a_record_describes_is_a_finding()
    {
        using TempFolder folder = new();
        string source = folder.At("s.apr");
        ModelConverter.Convert(
            folder.Write("s.gguf", TestModels.GgufBytes([TestTensor.F32("w", 1)])), source, ModelFormat.Apr, new()
            {
                Origin = OriginMode.None,
            });
        string output = folder.At("o.safetensors");
        ModelConverter.Convert(source, output, ModelFormat.SafeTensors, new());
        Assert.IsEmpty(ModelValidator.Validate(output).Findings);

        byte[] wrong = File.ReadAllBytes(source);
        wrong[^1] ^= 1;
        string path = folder.Write("e.safetensors", OriginRecords.WithRecord(
            File.ReadAllBytes(output), record => record with
            {
                Files = [record.Files[0] with { Hash = Hash128.Of(wrong), Plan = WithEnd(record.Files[0].Plan, wrong) }],
            }));
        Assert.AreEqual(("MP2032", ModelFile.OriginKey), Single(path));
        Assert.AreEqual("MP1122", Refusal(path, folder.At("back.apr"), ModelFormat.Apr));
    }

    [TestMethod]
    public void Forged_record_within_a_record_is_a_finding()
    {
        using TempFolder folder = new();
        byte[] forged = [.. Converted(folder, ModelFormat.Gguf)[..^1], 1];
        string output = folder.At("o.apr");
        ModelConverter.Convert(folder.Write("m.gguf", forged), output, ModelFormat.Apr, new());
        Assert.AreEqual(Forged, Single(output));
        Assert.AreEqual(Forged.Code, Refusal(output, folder.At("back.safetensors"), ModelFormat.SafeTensors));

        output = folder.At("p.apr");
        string evil = RepositoryData.Path("cases", "hostile", "forged-literal", "evil.safetensors");
        ModelConverter.Convert(evil, output, ModelFormat.Apr, new());
        Assert.AreEqual(Forged, Single(output));
        Assert.AreEqual(Forged.Code, Refusal(output, folder.At("back.gguf"), ModelFormat.Gguf));
    }

    [TestMethod]
    public void Record_of_what_is_no_file_is_a_finding()
    {
        using TempFolder folder = new();
        byte[] body = new OriginBody().Modes().File("m.gguf", 1).Literal([1, 2, 3]).ToArray();
        string path = folder.Write(
            "m.safetensors", OriginRecords.Container(OriginRecords.Build(body, digest: OriginRecords.Digest)));
        Assert.AreEqual(("MP2032", "modelpack.origin"), Single(path));
        Assert.AreEqual("MP2004", Refusal(path, folder.At("back.gguf"), ModelFormat.Gguf));
    }

    [TestMethod]
    public void Edited_tensor_is_noted()
    {
        using TempFolder folder = new();
        byte[] edited = Converted(folder, ModelFormat.SafeTensors);
        edited[^1] ^= 1;
        ValidationReport report = ModelValidator.Validate(folder.Write("e.safetensors", edited));
        Assert.IsEmpty(report.Findings);
        Assert.Contains("a tensor was edited after it was converted", report.Notes.Single(note => note.Rule == "K-RECORD").Text);
    }

    [TestMethod]
    public void Edited_metadata_are_noted()
    {
        using TempFolder folder = new();
        string path = folder.Write("e.safetensors", Converted(folder, ModelFormat.SafeTensors));
        SmallModels.Replace(path, "\"format\":\"pt\"", "\"format\":\"pq\"");
        ValidationReport report = ModelValidator.Validate(path);
        Assert.IsEmpty(report.Findings);
        Assert.Contains(
            "the metadata or the tensor list of 'e.safetensors' was edited", report.Notes.Single(note => note.Rule == "K-RECORD").Text);
    }

    // The plan with the last bytes of a file of its length.
    private static FilePlan WithEnd(FilePlan plan, byte[] file) =>
        new([.. plan.Segments.SkipLast(1), new LiteralSegment(file[^(int)plan.Segments[^1].Length..])]);

    private static (string Code, string Place) Forged => ("MP2030", "modelpack.origin");

    // A model whose output to the format ends in padding, if the format has any.
    private static byte[] Converted(TempFolder folder, ModelFormat format)
    {
        string source = format == ModelFormat.Gguf
            ? folder.Write("s.safetensors", SmallModels.SafeTensors())
            : folder.Write("s.gguf", TestModels.GgufBytes([TestTensor.F32("w", 1)]));
        ModelConverter.Convert(source, folder.At("converted"), format, new() { Existing = ExistingTarget.Replace });
        return File.ReadAllBytes(folder.At("converted"));
    }

    private static string Refusal(string path, string target, ModelFormat format)
    {
        ModelPackException exception = Assert.Throws<ModelPackException>(() => ModelConverter.Convert(path, target, format, new()));
        return exception.Code.Id;
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
