using ModelPack.Codec.Tests.Conversion;
using ModelPack.IO;
using ModelPack.Models;
using ModelPack.Origin;
using ModelPack.Verification;

namespace ModelPack.Codec.Tests.Verification;

/// <summary>A model is said in the words of the file that its record describes only if these words are still its own.</summary>
[TestClass]
public sealed class ForgedRecordTests
{
    [TestMethod]
    public void Metadata_that_was_edited_is_not_replaced_by_that_of_the_source()
    {
        using TempFolder folder = new();
        string output = Edited(folder);
        using ModelFile file = ModelFiles.Open(output);
        WordedModel model = WordedModel.Original(file);
        Assert.AreEqual(ModelFormat.SafeTensors, model.Format);
        StringAssert.Contains(model.Doubt, "was edited after it was converted");
    }

    [TestMethod]
    public void A_record_with_the_digest_of_an_edited_container_is_not_followed()
    {
        using TempFolder folder = new();
        string output = Edited(folder);
        byte[] record;
        Hash128 digest;
        using (ModelFile file = ModelFiles.Open(output))
        {
            record = file.OriginRecord!.Value.ToArray();
            digest = ContainerDigest.Compute(file);
        }

        SmallModels.Replace(output, Convert.ToBase64String(record), Convert.ToBase64String(OriginRecords.WithDigest(record, digest)));
        using ModelFile edited = ModelFiles.Open(output);
        WordedModel model = WordedModel.Original(edited);
        Assert.AreEqual(ModelFormat.SafeTensors, model.Format);
        StringAssert.Contains(model.Doubt, "does not give that file");
    }

    // The record says which tensors the way back does not read; nothing that is proved depends on that list.
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void What_is_shown_is_compared_although_the_record_does_not_list_it(bool isLater)
    {
        using TempFolder folder = new();
        string source = folder.Write("m.gguf", TestModels.GgufBytes(
            [HostileCaseTests.Q5K("blk.0.ffn_up.weight", 0x3C00), TestTensor.F32("w", 1)]));
        string middle = folder.At("m.apr");
        string output = folder.At("m.safetensors");
        if (isLater)
        {
            ModelConverter.Convert(source, middle, ModelFormat.Apr, new() { Quantized = QuantizedMode.Blocks });
        }

        ModelConverter.Convert(isLater ? middle : source, output, ModelFormat.SafeTensors, new());
        byte[] forged = OriginRecords.WithRecord(File.ReadAllBytes(output), record => record with { Views = [] });
        folder.Write("m.safetensors", forged);
        foreach ((string one, string two) in new[] { (source, output), (output, source) })
        {
            Assert.IsTrue(ModelVerifier.Verify(one, two).Passed);
        }

        long shown;
        using (ModelFile file = ModelFiles.Open(output))
        {
            shown = file.Tensors.Single(tensor => tensor.ByteLength > 4).Offset;
        }

        forged[shown] ^= 1;
        folder.Write("m.safetensors", forged);
        foreach ((string one, string two) in new[] { (source, output), (output, source) })
        {
            VerificationReport report = ModelVerifier.Verify(one, two, ProofLevel.L1);
            Assert.IsFalse(report.Passed);
            Assert.IsNull(report.Proved);
            Assert.AreEqual(shown, report.Differences.First(difference => difference.Place == "blk.0.ffn_up.weight").ByteOffset);
        }
    }

    private static string Edited(TempFolder folder)
    {
        string output = folder.At("output.safetensors");
        Unflushed.Convert(SmallModels.Write(folder, ModelFormat.Gguf), output, ModelFormat.SafeTensors, ConversionCorpus.Allow);
        SmallModels.Replace(output, "\"format\":\"pt\"", "\"format\":\"tf\"");
        return output;
    }
}
