using ModelPack.Interop.Tests.Models.Architectures;

namespace ModelPack.Interop.Tests.Models;

/// <summary>What folders of encoders have besides the encoder.</summary>
[TestClass]
public sealed class EncoderFolderTests
{
    [TestMethod]
    public void A_pooler_that_llama_has_no_place_for_comes_back()
    {
        TinyModel model = new BertModel("bert-pooler", TensorType.F32, Pooling.Mean);
        WeightMaker pooler = new("pooler", TensorType.F32);
        pooler.Matrix("pooler.dense.weight", model.Hidden, model.Hidden);
        pooler.Bias("pooler.dense.bias", model.Hidden);
        string folder = ConvertedFolders.Folder(model);
        string weights = Path.Combine(folder, "model.safetensors");
        HuggingFaceFolder.WriteWeights(model, model.Tensors.Concat(pooler.Tensors), weights);
        Trip gguf = Trip.From(folder, model.Label).To(ModelFormat.Gguf);
        string note = gguf.Certificate!.Notes.Single(
            note => note.Contains("belongs to a training head that bert leaves out of a GGUF", StringComparison.Ordinal));
        Assert.Contains("'pooler.dense.weight'", note);
        Assert.IsLessThan(model.Tolerance, LogitsComparison.Difference(model, LogitsComparison.Run(model, gguf.Path)));
        CollectionAssert.AreEqual(File.ReadAllBytes(weights), gguf.To(ModelFormat.SafeTensors).Bytes("model.safetensors"));
    }
}
