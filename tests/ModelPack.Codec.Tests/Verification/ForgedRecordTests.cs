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

    private static string Edited(TempFolder folder)
    {
        string output = folder.At("output.safetensors");
        Unflushed.Convert(SmallModels.Write(folder, ModelFormat.Gguf), output, ModelFormat.SafeTensors, ConversionCorpus.Allow);
        SmallModels.Replace(output, "\"format\":\"pt\"", "\"format\":\"tf\"");
        return output;
    }
}
