using ModelPack.Codec.Tests.Architectures;
using ModelPack.Conversion.Ancestors;
using ModelPack.Formats;
using ModelPack.Models;
using ModelPack.Origin;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>What was edited after a conversion is converted as it is. The output leads back to the edited file, and no further.</summary>
[TestClass]
public sealed class LeftBehindTests
{
    public static IEnumerable<(string Edit, ModelFormat To, NamingMode Naming)> Edits =>
        from edit in new[] { "tensor", "header" }
        from to in Enum.GetValues<ModelFormat>()
        from naming in Enum.GetValues<NamingMode>()
        select (edit, to, naming);

    [TestMethod]
    [DynamicData(nameof(Edits))]
    public void What_was_made_of_an_edited_file_leads_back_to_it(string edit, ModelFormat to, NamingMode naming)
    {
        using TempFolder folder = new();
        string edited = Edited(folder, edit);
        string output = folder.At("output." + to.Extension());
        Certificate certificate = ModelConverter.Convert(edited, output, to, new() { Naming = naming, Loss = LossPolicy.Allow });
        Assert.AreEqual(ProofLevel.L3, certificate.Level);
        Assert.IsEmpty(ModelValidator.Validate(output).Findings.Where(finding => finding.Code.Id == "MP2030"));
        Assert.IsTrue(ModelVerifier.Verify(edited, output, ProofLevel.L3).Passed);
        if (to != ModelFormat.SafeTensors)
        {
            ModelConverter.Convert(output, folder.At("back.safetensors"), ModelFormat.SafeTensors, new());
            CollectionAssert.AreEqual(File.ReadAllBytes(edited), File.ReadAllBytes(folder.At("back.safetensors")));
        }
    }

    // A conversion in between, whose plan asks what the middle of the chain was made of.
    [TestMethod]
    [DataRow("tensor")]
    [DataRow("header")]
    public void Chain_that_begins_at_an_edited_file_leads_back_to_it(string edit)
    {
        using TempFolder folder = new();
        string edited = Edited(folder, edit);
        ModelConverter.Convert(edited, folder.At("a.apr"), ModelFormat.Apr, new());
        Certificate chained = ModelConverter.Convert(folder.At("a.apr"), folder.At("b.gguf"), ModelFormat.Gguf, new());
        ModelConverter.Convert(edited, folder.At("c.gguf"), ModelFormat.Gguf, new());
        Assert.IsTrue(ModelVerifier.Verify(edited, folder.At("b.gguf"), ProofLevel.L3).Passed);
        Assert.Contains(
            "'edited.safetensors' was edited before it was converted; what it had been made from is not followed", chained.Notes.ToArray());
        Assert.IsTrue(ModelVerifier.Verify(folder.At("a.apr"), folder.At("b.gguf"), ProofLevel.L3).Passed);
        Assert.IsTrue(ModelVerifier.Verify(folder.At("b.gguf"), folder.At("c.gguf"), ProofLevel.L2).Passed);
        ModelConverter.Convert(folder.At("b.gguf"), folder.At("back.safetensors"), ModelFormat.SafeTensors, new());
        CollectionAssert.AreEqual(File.ReadAllBytes(edited), File.ReadAllBytes(folder.At("back.safetensors")));
        Assert.IsEmpty(ModelValidator.Validate(folder.At("b.gguf")).Findings.Where(finding => finding.Code.Id == "MP2030"));
    }

    [TestMethod]
    public void Record_that_was_left_behind_says_nothing_of_the_output()
    {
        using TempFolder folder = new();
        ModelConverter.Convert(Edited(folder, "tensor"), folder.At("output.apr"), ModelFormat.Apr, new());
        VerificationReport report = ModelVerifier.Verify(folder.At("source.gguf"), folder.At("output.apr"));
        Assert.IsFalse(report.Passed);
        Assert.Contains("blk.0.ffn_down.weight", report.Differences.Where(difference => difference.Kind == DifferenceKind.Payload)
            .Select(difference => difference.Place).ToArray());
        using ModelFile file = ModelFiles.Open(folder.At("output.apr"));
        Assert.AreEqual(2, Ancestry.Of(file).Line().Count());
        Assert.IsNull(NearestAncestor.Find(file, ModelFormat.Gguf, out string? edited));
        Assert.IsNull(edited);
    }

    [TestMethod]
    [DataRow((byte)0, NamingMode.Native, false)]
    [DataRow((byte)1, NamingMode.Verbatim, false)]
    [DataRow((byte)2, NamingMode.Native, true)]
    [DataRow((byte)3, NamingMode.Verbatim, true)]
    public void Record_says_that_another_was_left_behind(byte stored, NamingMode naming, bool leftBehind)
    {
        OriginRecord record = OriginRecords.Read(
            OriginRecords.Build(new OriginBody().Modes(naming: stored).File("m.gguf", 1).Zeros(1).ToArray()));
        Assert.AreEqual((naming, leftBehind), (record.Naming, record.LeftBehind));
        record = OriginRecords.Read(OriginCodec.Write(record));
        Assert.AreEqual((naming, leftBehind), (record.Naming, record.LeftBehind));
    }

    // Norms plus 1, permuted rows and blocks: planned from the source and from the file itself, the payloads differ where names do not.
    private static string Edited(TempFolder folder, string edit)
    {
        string source = folder.Write("source.gguf", SmallGguf.Decoder("gemma").Layers().Bytes());
        string output = folder.At("edited.safetensors");
        ModelConverter.Convert(source, output, ModelFormat.SafeTensors, new() { Loss = LossPolicy.Allow });
        byte[] bytes = File.ReadAllBytes(output);
        if (edit == "header")
        {
            int at = bytes.AsSpan().IndexOf("\"format\":\"pt\""u8);
            bytes[at + 11] = (byte)'q';
        }
        else
        {
            using ModelFile file = ModelFiles.Open(output);
            bytes[file.Tensors.First(tensor => tensor.Name.EndsWith("mlp.down_proj.weight", StringComparison.Ordinal)).Offset] ^= 1;
        }

        File.WriteAllBytes(output, bytes);
        return output;
    }
}
