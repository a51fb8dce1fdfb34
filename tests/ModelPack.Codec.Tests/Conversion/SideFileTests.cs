using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Codec.Tests.Verification;
using ModelPack.IO.Names;
using ModelPack.Models;
using ModelPack.Verification;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Where side files stand, and what they are taken for.</summary>
[TestClass]
public sealed class SideFileTests
{
    [TestMethod]
    [DataRow("__metadata__", "modelpack.tensor.0")]
    [DataRow("modelpack.tensor.1", "__metadata__")]
    public void A_name_that_is_made_up_for_the_side_file_is_no_other_tensors(params string[] names)
    {
        // SafeTensors cannot store the one name (safetensors.md §3), and the other is what stands for it there.
        using TempFolder folder = new();
        string source = folder.Write(
            "m.gguf", TestModels.GgufBytes([.. names.Select((name, i) => TestTensor.Random(name, TensorType.Q5_0, i, 64))]));
        Assert.IsTrue(RoundTrip.Run(source, [ModelFormat.Apr], ConversionCorpus.Allow).Identical);
        Assert.IsTrue(RoundTrip.Run(source, [ModelFormat.SafeTensors, ModelFormat.Apr], ConversionCorpus.Allow).Identical);
    }

    [TestMethod]
    [DataRow("model.safetensors", "model.ggml-blocks.safetensors")]
    [DataRow("model.apr", "model.apr.ggml-blocks.safetensors")]
    [DataRow("a.b.gguf", "a.b.gguf.ggml-blocks.safetensors")]
    [DataRow("qwen-00001-of-00003.gguf", "qwen.gguf.ggml-blocks.safetensors")]
    [DataRow("model-00001-of-00002.safetensors", "model.ggml-blocks.safetensors")]
    [DataRow("model", "model.ggml-blocks.safetensors")]
    public void Side_file_is_called_after_the_model(string model, string side) => Assert.AreEqual(side, SideFile.NameFor(model));

    [TestMethod]
    public void Outputs_of_several_formats_in_one_folder_keep_their_own_side_files()
    {
        using TempFolder folder = new();
        string source = folder.Write("m.gguf", SmallModels.Gguf());
        Unflushed.Convert(source, folder.At("m.safetensors"), ModelFormat.SafeTensors, ConversionCorpus.Allow);
        Unflushed.Convert(source, folder.At("m.apr"), ModelFormat.Apr, ConversionCorpus.Allow);
        CollectionAssert.IsSubsetOf(new[] { "m.apr.ggml-blocks.safetensors", "m.ggml-blocks.safetensors" }, folder.Names());
        using (ModelFile file = ModelFiles.Open(source))
        {
            Assert.HasCount(1, file.AllMembers);
        }

        foreach (string output in new[] { "m.safetensors", "m.apr" })
        {
            Assert.IsTrue(ModelVerifier.Verify(source, folder.At(output), ProofLevel.L3).Passed);
            Unflushed.Convert(folder.At(output), folder.At($"back-of-{output}.gguf"), ModelFormat.Gguf, ConversionCorpus.Allow);
            CollectionAssert.AreEqual(SmallModels.Gguf(), File.ReadAllBytes(folder.At($"back-of-{output}.gguf")));
        }
    }

    [TestMethod]
    public void Side_file_that_exists_is_replaced_only_if_it_may_be()
    {
        using TempFolder folder = new();
        string source = folder.Write("m.gguf", SmallModels.Gguf());
        string plain = folder.Write("plain.gguf", Plain());
        string side = folder.Write("out.apr.ggml-blocks.safetensors", "precious"u8);
        foreach (string model in new[] { source, plain })
        {
            ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(
                () => Unflushed.Convert(model, folder.At("out.apr"), ModelFormat.Apr, ConversionCorpus.Allow));
            Assert.AreEqual("MP3001", exception.Code.Id);
            StringAssert.Contains(exception.Detail, Path.GetFileName(side));
            Assert.AreEqual("precious", File.ReadAllText(side));
        }

        ConversionOptions replace = ConversionCorpus.Allow with { Existing = ExistingTarget.Replace };
        Unflushed.Convert(source, folder.At("out.apr"), ModelFormat.Apr, replace);
        Assert.IsTrue(ModelVerifier.Verify(source, folder.At("out.apr"), ProofLevel.L3).Passed);

        // One that the new output does not need would be taken for a part of it.
        Unflushed.Convert(plain, folder.At("out.apr"), ModelFormat.Apr, replace);
        Assert.IsFalse(File.Exists(side));
        Assert.IsTrue(ModelVerifier.Verify(plain, folder.At("out.apr"), ProofLevel.L3).Passed);
    }

    [TestMethod]
    public void Side_file_of_the_source_is_not_overwritten()
    {
        using TempFolder folder = new();
        string source = folder.Write("m.gguf", SmallModels.Gguf());
        Unflushed.Convert(source, folder.At("m.safetensors"), ModelFormat.SafeTensors, ConversionCorpus.Allow);
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(() => Unflushed.Convert(
            folder.At("m.safetensors"), folder.At("m"), ModelFormat.Apr,
            ConversionCorpus.Allow with { Existing = ExistingTarget.Replace }));
        Assert.AreEqual("MP2007", exception.Code.Id);
    }

    [TestMethod]
    [DataRow("m.ggml-blocks.safetensors", ModelFormat.SafeTensors)]
    [DataRow(".ggml-blocks.safetensors", ModelFormat.Apr)]
    [DataRow("m.ggml-blocks.safetensors/", ModelFormat.SafeTensors)]
    public void Target_that_is_called_like_a_side_file_is_refused_before_anything_is_read_or_written(string target, ModelFormat to)
    {
        using TempFolder folder = new();
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(
            () => Unflushed.Convert(folder.At("absent.gguf"), folder.At(target), to, ConversionCorpus.Allow));
        Assert.AreEqual("MP2012", exception.Code.Id);
        Assert.AreEqual(folder.At(target), exception.FilePath);
        Assert.IsEmpty(folder.Names());
    }

    [TestMethod]
    public void An_output_is_not_called_like_another_format()
    {
        using TempFolder folder = new();
        string source = folder.Write("m.gguf", SmallModels.Gguf());
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(
            () => Unflushed.Convert(source, folder.At("out.gguf"), ModelFormat.SafeTensors, ConversionCorpus.Allow));
        Assert.AreEqual("MP2410", exception.Code.Id);
        CollectionAssert.AreEqual(new[] { "m.gguf" }, folder.Names());
    }

    [TestMethod]
    [DataRow("out.safetensors", ModelFormat.SafeTensors, "out")]
    [DataRow("out", ModelFormat.SafeTensors, "out.safetensors")]
    [DataRow("out.apr", ModelFormat.Apr, "out.apr.safetensors")]
    public void Models_never_share_a_side_file(string first, ModelFormat format, string second)
    {
        using TempFolder folder = new();
        string source = folder.Write("m.gguf", SmallModels.Gguf());
        string plain = folder.Write("plain.gguf", Plain());
        Unflushed.Convert(source, folder.At(first), format, ConversionCorpus.Allow);
        Dictionary<string, byte[]> before = folder.Names().ToDictionary(name => name, name => File.ReadAllBytes(folder.At(name)));
        ConversionOptions replace = ConversionCorpus.Allow with { Existing = ExistingTarget.Replace };
        foreach (string model in new[] { source, plain })
        {
            ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(
                () => Unflushed.Convert(model, folder.At(second), ModelFormat.SafeTensors, replace));
            Assert.AreEqual("MP2013", exception.Code.Id);
            Assert.AreEqual(folder.At(second), exception.FilePath);
            StringAssert.Contains(exception.Detail, $"'{first}'");
            StringAssert.Contains(exception.Detail, $"'{SideFile.NameFor(second)}'");
            Assert.ThrowsExactly<ModelPackException>(() => ModelConverter.Plan(model, folder.At(second), ModelFormat.SafeTensors, replace));
        }

        CollectionAssert.AreEquivalent(before.Keys, folder.Names());
        Assert.IsTrue(before.All(file => file.Value.AsSpan().SequenceEqual(File.ReadAllBytes(folder.At(file.Key)))));
        Assert.IsTrue(ModelVerifier.Verify(source, folder.At(first), ProofLevel.L3).Passed);
    }

    [TestMethod]
    public void Models_whose_side_file_would_be_the_same_may_stand_side_by_side_without_one()
    {
        using TempFolder folder = new();
        string plain = folder.Write("plain.gguf", Plain());
        foreach (string name in new[] { "out", "out.safetensors" })
        {
            Unflushed.Convert(plain, folder.At(name), ModelFormat.SafeTensors, new());
            Unflushed.Convert(plain, folder.At(name), ModelFormat.SafeTensors, new() { Existing = ExistingTarget.Replace });
        }

        Assert.IsTrue(ModelVerifier.Verify(folder.At("out"), folder.At("out.safetensors"), ProofLevel.L2).Passed);
    }

    [TestMethod]
    [DataRow("out", "out.safetensors")]
    [DataRow("out.gguf.safetensors", "out.gguf")]
    public void Side_file_is_that_of_the_model_whose_record_counts_it_and_not_of_one_with_a_like_name(string own, string foreign)
    {
        using TempFolder folder = new();
        string source = folder.Write("m.gguf", SmallModels.Gguf());
        Unflushed.Convert(source, folder.At(own), ModelFormat.SafeTensors, ConversionCorpus.Allow);
        byte[] stranger = foreign.EndsWith(".gguf", StringComparison.Ordinal) ? Plain() : SmallModels.SafeTensors();
        string path = folder.Write(foreign, stranger);
        string side = SideFile.NameFor(own);
        Assert.AreEqual(side, SideFile.NameFor(foreign));
        using (ModelFile file = ModelFiles.Open(path))
        {
            Assert.HasCount(file.Tensors.Count, file.AllTensors);
            Assert.IsTrue(
                file.Notes.Any(note => note.Text.Contains($"'{side}' (the side file of '{own}', ", StringComparison.Ordinal)),
                string.Join("; ", file.Notes));
        }

        CollectionAssert.AreEqual(new[] { path }, ModelFiles.FilesOf(path).ToArray());
        CollectionAssert.AreEqual(new[] { folder.At(own), folder.At(side) }, ModelFiles.FilesOf(folder.At(own)).ToArray());
        Unflushed.Convert(path, folder.At("made.apr"), ModelFormat.Apr, ConversionCorpus.Allow);
        Unflushed.Convert(
            folder.At("made.apr"), folder.At("back.bin"), foreign.EndsWith(".gguf", StringComparison.Ordinal)
                ? ModelFormat.Gguf
                : ModelFormat.SafeTensors, ConversionCorpus.Allow);
        CollectionAssert.AreEqual(stranger, File.ReadAllBytes(folder.At("back.bin")));
        Assert.IsTrue(ModelVerifier.Verify(source, folder.At(own), ProofLevel.L3).Passed);
    }

    [TestMethod]
    public void Side_file_beside_a_model_that_no_conversion_made_is_refused()
    {
        using TempFolder folder = new();
        string source = folder.Write("m.gguf", SmallModels.Gguf());
        string output = folder.At("out.safetensors");
        Unflushed.Convert(source, output, ModelFormat.SafeTensors, ConversionCorpus.Allow);
        File.WriteAllBytes(output, SmallModels.SafeTensors());
        ModelFormatException exception = Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(output));
        Assert.AreEqual(("MP1307", output), (exception.Code.Id, exception.FilePath));
        StringAssert.Contains(exception.Detail, "'out.ggml-blocks.safetensors'");
        File.Move(output, folder.At("renamed.safetensors"));
        using ModelFile file = ModelFiles.Open(folder.At("renamed.safetensors"));
        Assert.HasCount(file.Tensors.Count, file.AllTensors);
    }

    [TestMethod]
    public void Output_of_any_name_has_its_side_file()
    {
        using TempFolder folder = new();
        string source = folder.Write("m.gguf", SmallModels.Gguf());
        foreach (string name in new[] { "weights.bin", "WEIGHTS.SAFETENSORS", "weights" })
        {
            string output = folder.At(name);
            Unflushed.Convert(source, output, ModelFormat.SafeTensors, ConversionCorpus.Allow);
            Assert.IsTrue(File.Exists(folder.At(SideFile.NameFor(name))), name);
            Assert.IsTrue(ModelVerifier.Verify(source, output, ProofLevel.L3).Passed, name);
            Unflushed.Convert(output, folder.At($"{name}.back.gguf"), ModelFormat.Gguf, ConversionCorpus.Allow);
            CollectionAssert.AreEqual(SmallModels.Gguf(), File.ReadAllBytes(folder.At($"{name}.back.gguf")), name);
        }
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow(600L)]
    public void Folder_holds_its_side_file(long? shard)
    {
        using TempFolder folder = new();
        string source = folder.Write("m.gguf", SmallModels.Gguf());
        string set = folder.At("set") + Path.DirectorySeparatorChar;
        Certificate certificate = Unflushed.Convert(
            source, set, ModelFormat.SafeTensors, ConversionCorpus.Allow with { MaxShardBytes = shard });
        string side = Directory.GetFiles(set).Select(path => Path.GetFileName(path)).Single(SideFile.IsName);
        Assert.IsTrue(certificate.Output.Parts.Any(part => part.Name == side));
        Assert.IsTrue(ModelVerifier.Verify(source, set, ProofLevel.L3).Passed);
        Assert.IsTrue(ModelVerifier.Verify(ModelConverter.CertificatePath(set), set, ProofLevel.L3).Passed);
        Unflushed.Convert(set, folder.At("back.gguf"), ModelFormat.Gguf, ConversionCorpus.Allow);
        CollectionAssert.AreEqual(SmallModels.Gguf(), File.ReadAllBytes(folder.At("back.gguf")));
        File.Delete(Path.Combine(set, side));
        ModelPackException exception = Assert.ThrowsExactly<ModelPackException>(
            () => Unflushed.Convert(set, folder.At("again.gguf"), ModelFormat.Gguf, ConversionCorpus.Allow));
        Assert.AreEqual("MP2010", exception.Code.Id);
        StringAssert.Contains(exception.Detail, side);
    }

    [TestMethod]
    public void Name_that_the_side_file_cannot_store_is_replaced_until_the_way_back()
    {
        using TempFolder folder = new();
        byte[] model = new GgufBytes().Header(1, 0).Record("__metadata__", 13, 0, 256).Pad().Data(176).Pad().ToArray();
        string source = folder.Write("m.gguf", model);
        Unflushed.Convert(source, folder.At("m.apr"), ModelFormat.Apr, ConversionCorpus.Allow);
        using (ModelFile output = ModelFiles.Open(folder.At("m.apr")))
        {
            Assert.AreEqual("__metadata__", output.Tensors.Single().Name);
            Assert.AreNotEqual("__metadata__", output.AllTensors[1].Name);
        }

        Unflushed.Convert(folder.At("m.apr"), folder.At("back.gguf"), ModelFormat.Gguf, ConversionCorpus.Allow);
        CollectionAssert.AreEqual(model, File.ReadAllBytes(folder.At("back.gguf")));
    }

    [TestMethod]
    public void Blocks_do_not_pile_up_over_a_chain()
    {
        using TempFolder folder = new();
        string source = folder.Write("m.gguf", SmallModels.Gguf());
        Unflushed.Convert(source, folder.At("one.safetensors"), ModelFormat.SafeTensors, ConversionCorpus.Allow);
        Unflushed.Convert(folder.At("one.safetensors"), folder.At("two.apr"), ModelFormat.Apr, ConversionCorpus.Allow);
        Unflushed.Convert(source, folder.At("direct.apr"), ModelFormat.Apr, ConversionCorpus.Allow);
        using (ModelFile two = ModelFiles.Open(folder.At("two.apr")))
        using (ModelFile direct = ModelFiles.Open(folder.At("direct.apr")))
        {
            CollectionAssert.AreEquivalent(direct.AllTensors.Select(Describe).ToArray(), two.AllTensors.Select(Describe).ToArray());
            Assert.IsLessThan(direct.OriginRecord!.Value.Length + 4096L, two.OriginRecord!.Value.Length);
        }

        Unflushed.Convert(folder.At("two.apr"), folder.At("back.gguf"), ModelFormat.Gguf, ConversionCorpus.Allow);
        CollectionAssert.AreEqual(SmallModels.Gguf(), File.ReadAllBytes(folder.At("back.gguf")));
        Unflushed.Convert(folder.At("two.apr"), folder.At("back.safetensors"), ModelFormat.SafeTensors, ConversionCorpus.Allow);
        ByteAssert.AreEqual(File.ReadAllBytes(folder.At("one.safetensors")), File.ReadAllBytes(folder.At("back.safetensors")));
        CollectionAssert.AreEqual(
            File.ReadAllBytes(folder.At("one.ggml-blocks.safetensors")), File.ReadAllBytes(folder.At("back.ggml-blocks.safetensors")));
    }

    // Names that a format cannot store are made up by the order of the source.
    private static string Describe(TensorInfo tensor) => $"{tensor.Type} {tensor.ByteLength}";

    private static byte[] Plain() => new GgufBytes().Header(1, 0).Record("a", GgufBytes.F32, 0, 1).Pad().Data(4).Pad().ToArray();
}
