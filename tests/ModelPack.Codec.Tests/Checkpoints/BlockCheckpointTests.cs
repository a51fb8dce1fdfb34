using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Checkpoints;

/// <summary>A checkpoint in NVFP4 as a GGUF that llama.cpp computes with, and such a GGUF as a folder.</summary>
[TestClass]
public sealed class BlockCheckpointTests
{
    [TestMethod]
    [DataRow("llama-nvfp4-modelopt")]
    [DataRow("qwen3-nvfp4-ct")]
    public void A_folder_in_nvfp4_runs_as_a_gguf_and_such_a_gguf_alone_is_carried_in_a_folder(string name)
    {
        using TempFolder temp = new();
        CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", name + CheckpointArchive.Ending), temp.Root);
        Certificate proof = Unflushed.Convert(temp.At(CheckpointArchive.Folder), temp.At("m.gguf"), ModelFormat.Gguf, new());
        Assert.AreEqual(ProofLevel.L3, proof.Level);
        Assert.AreEqual(Meaning.Runs, proof.Meaning, string.Join('\n', proof.MeaningReasons));
        using (GgufFile gguf = GgufFile.Open(new FileByteSource(temp.At("m.gguf"))))
        {
            Assert.AreEqual(14, gguf.Tensors.Count(tensor => tensor.Type == TensorType.NVFP4));
            Assert.AreEqual("39", gguf.Metadata.Single(entry => entry.Key == "general.file_type").Value.Display());
        }

        Unflushed.Convert(
            temp.At(CheckpointArchive.Folder), temp.At("alone.gguf"), ModelFormat.Gguf,
            new() { Origin = OriginMode.None, Loss = LossPolicy.Allow });
        Certificate back = Unflushed.Convert(temp.At("alone.gguf"), temp.At("out/"), ModelFormat.SafeTensors, new());
        Assert.AreEqual(Meaning.Carried, back.Meaning);
        Assert.IsTrue(back.MeaningReasons.Any(reason => reason.Contains("no quantization_config", StringComparison.Ordinal)));
    }
}
