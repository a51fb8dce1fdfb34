using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Verification;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;
using ModelPack.Models;

namespace ModelPack.Codec.Tests;

/// <summary>The shapes that models have on people's disks.</summary>
[TestClass]
public sealed class ModelShapeTests
{
    [TestMethod]
    public void An_ending_in_capitals_counts()
    {
        string path = RepositoryData.Path("cases", "ending-in-capitals", "folder");
        using ModelFile file = ModelFiles.Open(path);
        Assert.AreEqual(ModelFormat.Gguf, file.Format);
        using TempFolder folder = new();
        File.Move(SmallModels.Write(folder, ModelFormat.SafeTensors), folder.At("MODEL.SAFETENSORS"));
        folder.Write("config.json", "{}"u8);
        using ModelFile capital = ModelFiles.Open(folder.Root);
        Assert.HasCount(2, capital.AllMembers);
    }

    [TestMethod]
    public void Parts_in_capitals_are_a_set()
    {
        using TempFolder folder = new();
        WritePart(folder, "MODEL-00001-OF-00002.GGUF", 0);
        WritePart(folder, "MODEL-00002-OF-00002.GGUF", 1);
        foreach (string path in (string[])[folder.Root, folder.At("MODEL-00001-OF-00002.GGUF")])
        {
            using ModelFile file = ModelFiles.Open(path);
            Assert.HasCount(2, file.Tensors);
        }

        ModelConverter.Convert(folder.At("MODEL-00001-OF-00002.GGUF"), folder.At("out.apr"), ModelFormat.Apr, new());
    }

    [TestMethod]
    public void A_file_is_a_part_by_its_keys_and_not_by_its_name()
    {
        using TempFolder folder = new();
        string path = folder.Write("m-00001-of-00003.gguf", SmallModels.Gguf());
        using (ModelFile file = ModelFiles.Open(path))
        {
            Assert.HasCount(4, file.Tensors);
        }

        WritePart(folder, "m-00001-of-00003.gguf", 0);
        Assert.AreEqual(ModelSetErrors.MissingPart, Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(path).Dispose()).Code);
    }

    [TestMethod]
    public void Of_a_model_and_its_projector_the_model_is_taken_with_a_note()
    {
        using TempFolder folder = new();
        folder.Write("model.gguf", SmallModels.Gguf());
        folder.Write(
            "a-mmproj.gguf", TestModels.GgufBytes([TestTensor.F32("v.t", 1)], ("general.architecture", GgufValue.FromString("clip"))));
        using (ModelFile file = ModelFiles.Open(folder.Root))
        {
            Assert.AreEqual("test", file.Architecture);
            Assert.Contains("'a-mmproj.gguf' (the projector of the model", string.Join('\n', file.Notes.Select(note => note.Text)));
        }

        folder.Write("other.gguf", SmallModels.Gguf());
        Assert.AreEqual(
            ModelSetErrors.SeveralModels, Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(folder.Root).Dispose()).Code);
        using ModelFile projector = ModelFiles.Open(folder.At("a-mmproj.gguf"));
        Assert.AreEqual("clip", projector.Architecture);
    }

    [TestMethod]
    public void A_single_file_beside_a_complete_index_is_what_is_loaded()
    {
        using TempFolder folder = new();
        folder.Write("model.safetensors", SmallModels.SafeTensors());
        folder.Write("model-00001-of-00001.safetensors", SmallModels.SafeTensors());
        folder.Write("model.safetensors.index.json", """{"metadata":{},"weight_map":{"x":"model-00001-of-00001.safetensors"}}"""u8);
        using ModelFile file = ModelFiles.Open(folder.Root);
        Assert.AreEqual("model.safetensors", file.AllMembers.Single().Name);
        Assert.Contains("'model.safetensors' is what transformers loads", string.Join('\n', file.Notes.Select(note => note.Text)));
    }

    [TestMethod]
    public void The_remedy_for_a_stale_index_helps()
    {
        using TempFolder folder = new();
        foreach (string path in Directory.EnumerateFiles(RepositoryData.Path("cases", "stale-index", "model")))
        {
            File.WriteAllBytes(folder.At(Path.GetFileName(path)), File.ReadAllBytes(path));
        }

        ModelPackException error = Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(folder.Root).Dispose());
        Assert.AreEqual(SafeTensorsSetErrors.MissingFile, error.Code);
        Assert.Contains("remove the index", error.Code.Remedy);
        File.Delete(folder.At("model.safetensors.index.json"));
        using ModelFile file = ModelFiles.Open(folder.Root);
        Assert.AreEqual("model.safetensors", file.AllMembers[0].Name);
    }

    [TestMethod]
    public void A_cache_of_downloads_is_answered_with_its_snapshot()
    {
        using TempFolder folder = new();
        foreach (string commit in (string[])["aaaa", "bbbb"])
        {
            Directory.CreateDirectory(folder.At("models--x--y/snapshots/" + commit));
        }

        ModelFormatException error = Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(folder.At("models--x--y")).Dispose());
        Assert.AreEqual(ModelSetErrors.Cache, error.Code);
        Assert.Contains("aaaa", error.Detail);
        Assert.Contains("bbbb", error.Detail);
        Directory.CreateDirectory(folder.At("models--x--y/refs"));
        folder.Write("models--x--y/refs/main", "bbbb\n"u8);
        error = Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(folder.At("models--x--y")).Dispose());
        Assert.DoesNotContain("aaaa", error.Detail);
        folder.Write("models--x--y/snapshots/bbbb/model.safetensors", SmallModels.SafeTensors());
        ModelFiles.Open(folder.At("models--x--y/snapshots/bbbb")).Dispose();
    }

    [TestMethod]
    [DataRow(".part00", ".part01")]
    [DataRow(".partaa", ".partab")]
    [DataRow("-split-a", "-split-b")]
    [DataRow(".part1of2", ".part2of2")]
    [DataRow(".001", ".002")]
    [DataRow(".aa", ".ab")]
    public void A_raw_part_is_answered_with_how_it_is_joined(string first, string second)
    {
        using TempFolder folder = new();
        byte[] whole = SmallModels.Gguf();
        string one = folder.Write("m.gguf" + first, whole.AsSpan(..100));
        string two = folder.Write("m.gguf" + second, whole.AsSpan(100..));
        foreach (string path in (string[])[one, two, folder.Root])
        {
            ModelFormatException error = Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(path).Dispose());
            Assert.AreEqual(ModelSetErrors.RawPart, error.Code);
            Assert.Contains($"the parts of 'm.gguf' are 'm.gguf{first}', 'm.gguf{second}'", error.Detail);
        }

        File.WriteAllBytes(folder.At("m.gguf"), [.. File.ReadAllBytes(one), .. File.ReadAllBytes(two)]);
        ModelFiles.Open(folder.At("m.gguf")).Dispose();
        ModelFiles.Open(folder.Root).Dispose();
    }

    [TestMethod]
    [DataRow(OriginMode.Embed)]
    [DataRow(OriginMode.None)]
    public void A_scalar_has_one_dimension_in_gguf_and_comes_back_as_a_scalar(OriginMode origin)
    {
        using TempFolder folder = new();
        string source = RepositoryData.Path("cases", "scalar-to-gguf", "scalar.safetensors");
        ModelConverter.Convert(source, folder.At("m.gguf"), ModelFormat.Gguf, new() { Origin = origin });
        using (ModelFile file = ModelFiles.Open(folder.At("m.gguf")))
        {
            Assert.IsTrue(file.Tensors.All(tensor => tensor.Shape.Length == 1));
        }

        ModelConverter.Convert(folder.At("m.gguf"), folder.At("back.safetensors"), ModelFormat.SafeTensors, new() { Origin = origin });
        using (ModelFile first = ModelFiles.Open(source))
        using (ModelFile back = ModelFiles.Open(folder.At("back.safetensors")))
        {
            Assert.AreEqual(
                string.Join(';', first.Tensors.Select(tensor => string.Join(',', tensor.Shape))),
                string.Join(';', back.Tensors.Select(tensor => string.Join(',', tensor.Shape))));
        }

        if (origin == OriginMode.Embed)
        {
            Assert.AreEqual(TempFolder.Sha256(source), TempFolder.Sha256(folder.At("back.safetensors")));
        }
    }

    [TestMethod]
    public void Shards_that_are_complete_by_their_names_are_a_model_whichever_is_named()
    {
        string model = RepositoryData.Path("cases", "shard-alone", "model");
        foreach (string path in (string[])[model, .. Directory.GetFiles(model, "*.safetensors")])
        {
            using ModelFile file = ModelFiles.Open(path);
            Assert.HasCount(3, file.AllMembers, path);
        }

        using TempFolder folder = new();
        ModelConverter.Convert(Path.Combine(model, "model-00002-of-00002.safetensors"), folder.At("m.gguf"), ModelFormat.Gguf, new());
        ModelConverter.Convert(folder.At("m.gguf"), folder.At("back") + Path.DirectorySeparatorChar, ModelFormat.SafeTensors, new());
        foreach (string path in Directory.EnumerateFiles(model))
        {
            Assert.AreEqual(TempFolder.Sha256(path), TempFolder.Sha256(Path.Combine(folder.At("back"), Path.GetFileName(path))));
        }
    }

    [TestMethod]
    public void A_shard_without_its_siblings_is_a_finding()
    {
        using TempFolder folder = new();
        string shard = folder.At("model-00001-of-00002.safetensors");
        File.WriteAllBytes(
            shard, File.ReadAllBytes(RepositoryData.Path("cases", "shard-alone", "model", "model-00001-of-00002.safetensors")));
        foreach (string path in (string[])[shard, folder.Root])
        {
            Assert.Contains(ModelSetErrors.ShardAlone, ModelValidator.Validate(path).Findings.Select(finding => finding.Code).ToArray());
        }
    }

    [TestMethod]
    public void A_tensor_in_two_shards_without_an_index_is_refused()
    {
        using TempFolder folder = new();
        folder.Write("model-00001-of-00002.safetensors", SmallModels.SafeTensors());
        folder.Write("model-00002-of-00002.safetensors", SmallModels.SafeTensors());
        Assert.AreEqual(
            SafeTensorsSetErrors.TensorInTwoFiles,
            Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(folder.Root).Dispose()).Code);
    }

    private static void WritePart(TempFolder folder, string name, ushort number) => folder.Write(name, TestModels.GgufBytes(
        [TestTensor.F32($"t{number}", 1)],
        ("split.no", GgufValue.FromUInt16(number)),
        ("split.count", GgufValue.FromUInt16(2)),
        ("split.tensors.count", GgufValue.FromInt32(2))));
}
