using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Checkpoints;

/// <summary>A Qwen3 reranker becomes a GGUF that scores and does not generate, and comes back whole.</summary>
[TestClass]
public sealed class RerankerTests
{
    private readonly TempFolder temp = new();

    private string Folder => temp.At(CheckpointArchive.Folder);

    private string Weights => Path.Combine(Folder, "model.safetensors");

    [TestInitialize]
    public void Extract() =>
    CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", "qwen3-reranker" + CheckpointArchive.Ending), temp.Root);

    [TestCleanup]
    public void RemoveFolder() => temp.Dispose();

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow(true, false)]
    [DataRow(true, true)]
    [DataRow(false, true)]
    public void Its_head_is_two_rows_and_the_rest_of_the_matrix_is_kept(bool tied, bool output)
    {
        JsonNode config = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "config.json")))!;
        config["tie_word_embeddings"] = tied;
        File.WriteAllText(Path.Combine(Folder, "config.json"), config.ToJsonString());
        if (output)
        {
            AddOutput();
        }

        Unflushed.Convert(Folder, temp.At("model.gguf"), ModelFormat.Gguf, new());
        using (GgufFile gguf = GgufFile.Open(new FileByteSource(temp.At("model.gguf"))))
        {
            Assert.AreEqual("qwen3 4", $"{gguf.Architecture} {gguf.Find("qwen3.pooling_type")!.Display()}");
            Assert.IsFalse(gguf.Tensors.Any(tensor => tensor.Name == "output.weight"));
            TensorInfo head = gguf.Tensors.Single(tensor => tensor.Name == "cls.output.weight");
            Assert.AreEqual("BF16 2 64", $"{head.Type} {string.Join(' ', head.Shape)}");
            byte[] matrix = FolderTensor.All(Folder)[tied ? "model.embed_tokens.weight" : "lm_head.weight"].Bytes;
            CollectionAssert.AreEqual(
                (byte[])[.. Row(matrix, "yes"), .. Row(matrix, "no")], gguf.Source.ReadBytes(head.Offset, checked((int)head.ByteLength)));
        }

        Unflushed.Convert(temp.At("model.gguf"), temp.At("back") + Path.DirectorySeparatorChar, ModelFormat.SafeTensors, new());
        ByteAssert.AreEqual(File.ReadAllBytes(Weights), File.ReadAllBytes(Path.Combine(temp.At("back"), "model.safetensors")));
    }

    [TestMethod]
    public void In_an_apr_file_it_claims_no_architecture_and_comes_back()
    {
        Unflushed.Convert(Folder, temp.At("model.apr"), ModelFormat.Apr, new());
        using (AprFile apr = AprFile.Open(new FileByteSource(temp.At("model.apr"))))
        {
            Assert.IsNull(apr.FindMetadata("num_layers"));
        }

        Unflushed.Convert(temp.At("model.apr"), temp.At("back") + Path.DirectorySeparatorChar, ModelFormat.SafeTensors, new());
        ByteAssert.AreEqual(File.ReadAllBytes(Weights), File.ReadAllBytes(Path.Combine(temp.At("back"), "model.safetensors")));
    }

    [TestMethod]
    public void A_head_that_its_architecture_lacks_claims_none()
    {
        JsonNode config = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "config.json")))!;
        config["architectures"] = new JsonArray("Qwen3ForSequenceClassification");
        File.WriteAllText(Path.Combine(Folder, "config.json"), config.ToJsonString());
        Unflushed.Convert(Folder, temp.At("model.gguf"), ModelFormat.Gguf, new());
        using GgufFile gguf = GgufFile.Open(new FileByteSource(temp.At("model.gguf")));
        Assert.IsNull(gguf.Architecture);
        Assert.IsTrue(gguf.Tensors.Any(tensor => tensor.Name == "model.embed_tokens.weight"));
    }

    private byte[] Row(byte[] matrix, string word)
    {
        JsonNode tokenizer = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "tokenizer.json")))!;
        int row = (int)tokenizer["model"]!["vocab"]![word]!;
        return matrix[(row * 128)..((row + 1) * 128)];
    }

    /// <summary>Adds an output matrix whose rows are not those of the embedding.</summary>
    private void AddOutput()
    {
        byte[] file = File.ReadAllBytes(Weights);
        int length = checked((int)BinaryPrimitives.ReadInt64LittleEndian(file));
        JsonObject header = JsonNode.Parse(file.AsSpan(8, length))!.AsObject();
        long end = file.Length - 8 - length;
        byte[] output = [.. Enumerable.Range(0, 576 * 128).Select(place => (byte)(place % 2 == 0 ? place / 128 : 0x3F))];
        header["lm_head.weight"] = new JsonObject
        {
            ["dtype"] = "BF16",
            ["shape"] = new JsonArray(576, 64),
            ["data_offsets"] = new JsonArray(end, end + output.Length),
        };
        byte[] text = Encoding.UTF8.GetBytes(header.ToJsonString());
        byte[] size = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(size, text.Length);
        File.WriteAllBytes(Weights, [.. size, .. text, .. file[(8 + length)..], .. output]);
    }
}
