using System.Text;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Verification;
using ModelPack.Formats;
using ModelPack.Formats.SafeTensors;
using ModelPack.Models;

namespace ModelPack.Codec.Tests;

/// <summary>Names that came back from a system that does not tell capitals apart.</summary>
[TestClass]
public sealed class CapitalNameTests
{
    private const string Index = """{"metadata":{},"weight_map":{"a":"FIRST","b":"SECOND"}}""";

    private readonly TempFolder folder = new();

    [TestCleanup]
    public void Clean() => folder.Dispose();

    [TestMethod]
    [DataRow(
        "MODEL-00001-OF-00002.SAFETENSORS", "MODEL-00002-OF-00002.SAFETENSORS", "MODEL-00001-OF-00002.SAFETENSORS",
        "MODEL-00002-OF-00002.SAFETENSORS")]
    [DataRow(
        "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "MODEL-00001-OF-00002.SAFETENSORS",
        "model-00002-of-00002.safetensors")]
    [DataRow("MODEL-1.SAFETENSORS", "MODEL-2.SAFETENSORS", "model-1.safetensors", "model-2.safetensors")]
    public void An_index_and_its_shards_may_be_spelled_otherwise(string firstNamed, string secondNamed, string first, string second)
    {
        folder.Write(first, TestModels.SafeTensorsBytes([TestTensor.F32("a", 1)]));
        folder.Write(second, TestModels.SafeTensorsBytes([TestTensor.F32("b", 2)]));
        string index = folder.Write(
            "model.safetensors.index.json",
            Encoding.UTF8.GetBytes(
                Index.Replace("FIRST", firstNamed, StringComparison.Ordinal).Replace("SECOND", secondNamed, StringComparison.Ordinal)));
        foreach (string path in (string[])[folder.Root, index])
        {
            using ModelFile file = ModelFiles.Open(path);
            CollectionAssert.AreEqual(new[] { first, second }, file.AllMembers.Take(2).Select(member => member.Name).ToArray());
        }

        using (SafeTensorsSet set = SafeTensorsSet.Open(index))
        {
            Assert.HasCount(2, set.Files);
        }

        using TempFolder outputs = new();
        ModelConverter.Convert(folder.Root, outputs.At("m.gguf"), ModelFormat.Gguf, new());
        ModelConverter.Convert(outputs.At("m.gguf"), outputs.At("back") + Path.DirectorySeparatorChar, ModelFormat.SafeTensors, new());
        ByteAssert.AreEqual(File.ReadAllBytes(folder.At(first)), File.ReadAllBytes(Path.Combine(outputs.At("back"), first)));
    }

    [TestMethod]
    public void Of_two_shards_that_differ_in_capitals_only_each_is_the_one_that_is_named()
    {
        folder.Write("m.safetensors", TestModels.SafeTensorsBytes([TestTensor.F32("a", 1)]));
        folder.Write("M.safetensors", TestModels.SafeTensorsBytes([TestTensor.F32("b", 2)]));
        if (Directory.GetFiles(folder.Root).Length == 1)
        {
            // The file system knows one name only.
            return;
        }

        string index = folder.Write(
            "model.safetensors.index.json",
            Encoding.UTF8.GetBytes(Index.Replace("FIRST", "m.safetensors").Replace("SECOND", "M.safetensors")));
        ModelFiles.Open(index).Dispose();
        folder.Write(
            "model.safetensors.index.json",
            Encoding.UTF8.GetBytes(Index.Replace("FIRST", "M.safetensors").Replace("SECOND", "m.safetensors")));
        Assert.AreEqual(
            SafeTensorsSetErrors.TensorNotFound, Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(index).Dispose()).Code);
        folder.Write(
            "model.safetensors.index.json",
            Encoding.UTF8.GetBytes(Index.Replace("FIRST", "m.SAFETENSORS").Replace("SECOND", "M.safetensors")));
        Assert.AreEqual(
            SafeTensorsSetErrors.MissingFile, Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(index).Dispose()).Code);
    }

    [TestMethod]
    [DataRow("OUT.APR", "OUT.APR.GGML-BLOCKS.SAFETENSORS")]
    [DataRow("OUT.SAFETENSORS", "OUT.GGML-BLOCKS.SAFETENSORS")]
    public void Targets_and_their_side_files_in_capitals(string target, string side)
    {
        string source = folder.Write(
            "q.gguf", TestModels.GgufBytes([TestTensor.Random("blk.0.ffn_up.weight", TensorType.Q5_K, 1, 1, 256)]));
        ModelFormat format = ModelFormatNames.TryParse(Path.GetExtension(target), out ModelFormat named)
            ? named
            : throw new InvalidOperationException();
        ModelConverter.Convert(source, folder.At(target), format, ConversionCorpus.Allow);
        string written = ModelFiles.SideFilePath(folder.At(target));
        File.Move(written, folder.At("moved"));
        File.Move(folder.At("moved"), folder.At(side));
        Assert.IsTrue(ModelVerifier.Verify(source, folder.At(target), ProofLevel.L3).Passed);
        ModelConverter.Convert(folder.At(target), folder.At("back.gguf"), ModelFormat.Gguf, ConversionCorpus.Allow);
        ByteAssert.AreEqual(File.ReadAllBytes(source), File.ReadAllBytes(folder.At("back.gguf")));
        Assert.IsEmpty(ModelValidator.Validate(folder.At(target)).Findings);
    }

    [TestMethod]
    public void A_single_file_in_capitals_beside_an_index_is_what_is_loaded()
    {
        folder.Write("MODEL.SAFETENSORS", SmallModels.SafeTensors());
        folder.Write("model-00001-of-00001.safetensors", SmallModels.SafeTensors());
        folder.Write("model.safetensors.index.json", """{"metadata":{},"weight_map":{"x":"model-00001-of-00001.safetensors"}}"""u8);
        using ModelFile file = ModelFiles.Open(folder.Root);
        Assert.AreEqual("MODEL.SAFETENSORS", file.AllMembers.Single().Name);
    }

    [TestMethod]
    public void A_certificate_in_capitals_is_no_companion()
    {
        folder.Write("MODEL.SAFETENSORS", SmallModels.SafeTensors());
        folder.Write("MODEL.SAFETENSORS.MODELPACK.JSON", "{}"u8);
        using ModelFile file = ModelFiles.Open(folder.Root);
        Assert.HasCount(1, file.AllMembers);
    }
}
