using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Verification;
using ModelPack.Diagnostics;
using ModelPack.Formats;
using ModelPack.Formats.Gguf;
using ModelPack.Formats.SafeTensors;
using ModelPack.Models;
using ModelPack.Verification;

namespace ModelPack.Codec.Tests;

/// <summary>What a path to a weights file stands for: the folder of its companions, or the file alone.</summary>
[TestClass]
public sealed class FileOfAFolderTests
{
    private static readonly string Case = RepositoryData.Path("cases", "file-of-a-folder", "model");

    [TestMethod]
    public void A_weights_file_beside_config_json_is_converted_as_its_folder()
    {
        using TempFolder folder = new();
        string weights = Path.Combine(Case, "model.safetensors");
        Certificate file = ModelConverter.Convert(weights, folder.At("file.gguf"), ModelFormat.Gguf, new());
        ModelConverter.Convert(Case, folder.At("folder.gguf"), ModelFormat.Gguf, new());
        Assert.AreEqual(TempFolder.Sha256(folder.At("folder.gguf")), TempFolder.Sha256(folder.At("file.gguf")));
        Assert.AreEqual("model", file.Source.Name);
        (string Note, NoteRank Rank) meant = file.Notes.Zip(file.NoteRanks)
            .Single(note => note.First.StartsWith("K-FOLDER", StringComparison.Ordinal));
        Assert.AreEqual(
            "K-FOLDER: 'model.safetensors' was read as a part of its folder, with 'config.json'; Alone=true (--alone) reads the file only",
            meant.Note);
        Assert.AreEqual(NoteRank.MayBeMissed, meant.Rank);
        using (ModelFile gguf = ModelFiles.Open(folder.At("file.gguf")))
        {
            Assert.AreEqual("llama", gguf.Architecture);
        }

        Assert.IsTrue(ModelVerifier.Verify(weights, folder.At("file.gguf"), ProofLevel.L3).Passed);
        Assert.IsTrue(ModelVerifier.Verify(weights, folder.At("file.gguf.modelpack.json"), ProofLevel.L3).Passed);
        Assert.IsTrue(RoundTrip.Run(weights, [ModelFormat.Gguf, ModelFormat.Apr], new()).Identical);
        ModelConverter.Convert(folder.At("file.gguf"), folder.At("back") + Path.DirectorySeparatorChar, ModelFormat.SafeTensors, new());
        foreach (string path in Directory.EnumerateFiles(Case))
        {
            Assert.AreEqual(TempFolder.Sha256(path), TempFolder.Sha256(Path.Combine(folder.At("back"), Path.GetFileName(path))));
        }
    }

    [TestMethod]
    public void A_file_read_alone_says_what_was_not_read_and_its_pair_holds()
    {
        using TempFolder folder = new();
        string weights = Path.Combine(Case, "model.safetensors");
        ConversionOptions alone = new() { Scope = PathScope.FileAlone };
        Certificate proof = ModelConverter.Convert(weights, folder.At("m.gguf"), ModelFormat.Gguf, alone);
        Assert.AreEqual("model.safetensors", proof.Source.Name);
        Assert.Contains(
            (NoteRank.ChangesResults, "K-CONFIG-UNREAD: 'model.safetensors' was read alone: 'config.json' beside it was not read"),
            proof.NoteRanks.Zip(proof.Notes).ToArray());
        Assert.Contains("changes-results", File.ReadAllText(folder.At("m.gguf.modelpack.json")));
        Assert.Contains("K-CONFIG-UNREAD", string.Concat(ModelConverter.Plan(weights, folder.At("n.gguf"), ModelFormat.Gguf, alone).Notes));
        Assert.IsTrue(ModelVerifier.Verify(weights, folder.At("m.gguf"), ProofLevel.L3, PathScope.FileAlone).Passed);
        Assert.IsFalse(ModelVerifier.Verify(weights, folder.At("m.gguf"), ProofLevel.L3).Passed);
        Assert.IsTrue(
            ModelVerifier.Verify(weights, folder.At("m.gguf.modelpack.json"), ProofLevel.L3).Passed,
            "a certificate knows that it was the file");
        Assert.IsTrue(RoundTrip.Run(weights, [ModelFormat.Gguf], alone).Identical);

        // Only the source is read alone: what comes of it on the way may be a folder.
        ModelConverter.Convert(
            weights, folder.At("shards/"), ModelFormat.SafeTensors, alone with { MaxShardBytes = 20_000, Origin = OriginMode.None });
        string index = folder.At("shards/model.safetensors.index.json");
        Assert.IsTrue(RoundTrip.Run(index, [ModelFormat.Gguf, ModelFormat.SafeTensors], alone).Identical);
        Assert.AreEqual(FileHash.Xxh128(weights), ModelFiles.HashOf(weights, PathScope.FileAlone));
        Assert.AreEqual(ModelFiles.HashOf(Case), ModelFiles.HashOf(weights));
        Assert.IsTrue(ExpectedHash.TryParse("sha256:" + FileHash.Sha256(weights), out ExpectedHash? pin));
        Assert.AreEqual(pin, pin.Of(weights, PathScope.FileAlone));
        Assert.AreEqual(pin.Of(Case), pin.Of(weights));
    }

    [TestMethod]
    [DataRow("config.json")]
    [DataRow("adapter_config.json")]
    [DataRow("tokenizer.json")]
    [DataRow("tokenizer.model")]
    [DataRow("spiece.model")]
    [DataRow("vocab.txt")]
    [DataRow("merges.txt")]
    [DataRow("special_tokens_map.json")]
    [DataRow("generation_config.json")]
    [DataRow("chat_template.jinja")]
    [DataRow("qwen.tiktoken")]
    [DataRow("params.json")]
    public void Any_companion_that_says_what_the_weights_are_makes_the_file_mean_the_folder(string companion)
    {
        using TempFolder folder = new();
        string weights = folder.Write("any name.safetensors", SmallModels.SafeTensors());
        folder.Write(companion, "{}"u8);
        folder.Write("README.md", "text"u8);
        Assert.HasCount(3, ModelFiles.FilesOf(weights));
        Assert.AreEqual(folder.Root, ModelFiles.FolderOf(weights));
        CollectionAssert.AreEqual(new[] { weights }, ModelFiles.FilesOf(weights, PathScope.FileAlone).ToArray());
        Assert.IsNull(ModelFiles.FolderOf(weights, PathScope.FileAlone));
    }

    [TestMethod]
    [DataRow("README.md")]
    [DataRow("LICENSE")]
    [DataRow("package.json")]
    [DataRow("app.runtimeconfig.json")]
    [DataRow("train.jsonl")]
    [DataRow("notes.txt")]
    public void A_file_beside_texts_and_other_JSON_is_that_file_without_a_note(string other)
    {
        using TempFolder folder = new();
        string weights = folder.Write("model.safetensors", SmallModels.SafeTensors());
        folder.Write(other, "{}"u8);
        using ModelFile file = ModelFiles.Open(weights);
        Assert.HasCount(1, file.AllMembers);
        Assert.IsEmpty(file.Understood);
    }

    [TestMethod]
    public void A_GGUF_or_APR_file_never_means_its_folder()
    {
        using TempFolder folder = new();
        folder.Write("config.json", "{}"u8);
        foreach (string path in (string[])[folder.Write("m.gguf", SmallModels.Gguf()), folder.Write("m.apr", SmallModels.Apr())])
        {
            using ModelFile file = ModelFiles.Open(path);
            Assert.HasCount(1, file.AllMembers);
            Assert.IsEmpty(Rules(file));
        }

        using ModelFile named = ModelFiles.Open(folder.Write("m.safetensors", SmallModels.Gguf()));
        Assert.AreEqual(ModelFormat.Gguf, named.Format);
        CollectionAssert.AreEqual(new[] { "K-ENDING" }, Rules(named));
    }

    [TestMethod]
    public void One_of_several_unrelated_weights_files_is_read_alone_with_a_note()
    {
        using TempFolder folder = new();
        string path = folder.Write("a.safetensors", SmallModels.SafeTensors());
        folder.Write("b.safetensors", SmallModels.SafeTensors());
        folder.Write("tokenizer.json", "{}"u8);
        using (ModelFile file = ModelFiles.Open(path))
        {
            Assert.HasCount(1, file.AllMembers);
            Assert.AreEqual(NoteRank.MayBeMissed, file.Notes.Single(note => note.Rule == "K-COMPANIONS-UNREAD").Rank);
        }

        folder.Write("config.json", "{}"u8);
        using ModelFile again = ModelFiles.Open(path);
        Note unread = again.Notes.Single(note => note.Rule == "K-CONFIG-UNREAD");
        Assert.AreEqual(NoteRank.ChangesResults, unread.Rank);
        Assert.Contains("'a.safetensors' is one of several weights files in its folder", unread.Text);
        Assert.Contains("'config.json' and 'tokenizer.json' beside it were not read", unread.Text);
    }

    [TestMethod]
    [DataRow("adapter_model.safetensors", "model.safetensors")]
    [DataRow("consolidated.safetensors", "model.safetensors.index.json")]
    [DataRow("model.safetensors.index.json", "model.safetensors")]
    public void A_file_that_is_not_loaded_from_its_folder_is_read_alone_with_a_note(string named, string loaded)
    {
        using TempFolder folder = new();
        byte[] index = """{"metadata":{"total_size":17},"weight_map":{"a":"part.safetensors","b":"part.safetensors"}}"""u8.ToArray();
        foreach (string name in (string[])[named, loaded])
        {
            folder.Write(name, name.EndsWith(".json", StringComparison.Ordinal) ? index : SmallModels.SafeTensors());
        }

        if (File.Exists(folder.At("model.safetensors.index.json")))
        {
            folder.Write("part.safetensors", SmallModels.SafeTensors());
        }

        folder.Write("config.json", "{}"u8);
        using ModelFile file = ModelFiles.Open(folder.At(named));
        Assert.DoesNotContain("config.json", file.AllMembers.Select(member => member.Name).ToArray());
        Assert.AreEqual(
            "K-CONFIG-UNREAD",
            file.Notes.Single(note => note.Text.Contains("is not what is loaded from its folder", StringComparison.Ordinal)).Rule);
    }

    [TestMethod]
    public void A_shard_that_only_the_index_knows_and_the_index_mean_the_folder()
    {
        using TempFolder folder = new();
        string shard = folder.Write("part.safetensors", SmallModels.SafeTensors());
        string index = folder.Write(
            "model.safetensors.index.json",
            """{"metadata":{"total_size":17},"weight_map":{"a":"part.safetensors","b":"part.safetensors"}}"""u8);
        folder.Write("config.json", "{}"u8);
        foreach (string path in (string[])[shard, index])
        {
            using ModelFile file = ModelFiles.Open(path);
            Assert.HasCount(3, file.AllMembers);
            CollectionAssert.Contains(Rules(file), "K-FOLDER");
        }

        Assert.HasCount(1, ModelFiles.FilesOf(shard, PathScope.FileAlone));
        Assert.HasCount(2, ModelFiles.FilesOf(index, PathScope.FileAlone), "of an index alone the shards that it names");
    }

    [TestMethod]
    public void A_shard_read_alone_is_partial_and_its_set_is_named()
    {
        string shard = RepositoryData.Path("cases", "shard-alone", "model", "model-00002-of-00002.safetensors");
        using (ModelFile set = ModelFiles.Open(shard))
        {
            CollectionAssert.Contains(Rules(set), "K-FOLDER");
        }

        using ModelFile alone = ModelFiles.Open(shard, PathScope.FileAlone);
        Assert.HasCount(1, alone.AllMembers);
        Assert.Contains(
            "one of the 2 shards of a model, was read alone",
            alone.Notes.Single(note => note.Rule.EndsWith("-UNREAD", StringComparison.Ordinal)).Text);
        Assert.Contains(
            ModelSetErrors.ShardAlone, ModelValidator.Validate(shard, PathScope.FileAlone).Findings.Select(finding => finding.Code)
                .ToArray());
        using TempFolder folder = new();
        Assert.AreEqual(
            Meaning.Partial,
            ModelConverter.Convert(shard, folder.At("m.gguf"), ModelFormat.Gguf, new() { Scope = PathScope.FileAlone }).Meaning);
    }

    [TestMethod]
    public void The_first_part_of_a_split_can_be_read_alone()
    {
        using TempFolder folder = new();
        for (ushort number = 0; number < 2; number++)
        {
            folder.Write($"m-0000{number + 1}-of-00002.gguf", TestModels.GgufBytes(
                [TestTensor.F32($"t{number}", 1)],
                ("split.no", GgufValue.FromUInt16(number)),
                ("split.count", GgufValue.FromUInt16(2)),
                ("split.tensors.count", GgufValue.FromInt32(2))));
        }

        Assert.HasCount(2, ModelFiles.FilesOf(folder.At("m-00001-of-00002.gguf")));
        Assert.HasCount(1, ModelFiles.FilesOf(folder.At("m-00001-of-00002.gguf"), PathScope.FileAlone));
    }

    [TestMethod]
    public void An_output_that_was_written_as_one_file_is_whole_whatever_lies_beside_it()
    {
        using TempFolder folder = new();
        string gguf = folder.Write("m.gguf", SmallModels.Gguf());
        Directory.CreateDirectory(folder.At("d"));
        folder.Write("d/config.json", "{}"u8);
        string output = folder.At("d/model.safetensors");
        ModelConverter.Convert(gguf, output, ModelFormat.SafeTensors, new());
        Assert.IsTrue(ModelVerifier.Verify(gguf, output, ProofLevel.L3).Passed);
        ModelConverter.Convert(output, folder.At("back.gguf"), ModelFormat.Gguf, new());
        Assert.AreEqual(TempFolder.Sha256(gguf), TempFolder.Sha256(folder.At("back.gguf")));
        using ModelFile file = ModelFiles.Open(output);
        CollectionAssert.Contains(Rules(file), "K-COMPANIONS-UNREAD");
    }

    [TestMethod]
    public void An_output_beside_its_source_does_not_change_what_the_source_means()
    {
        using TempFolder folder = new();
        foreach (string path in Directory.EnumerateFiles(Case))
        {
            folder.Write(Path.GetFileName(path).Replace("model.", "qwen.", StringComparison.Ordinal), File.ReadAllBytes(path));
        }

        string weights = folder.At("qwen.safetensors");
        ConversionOptions half = new() { Dtype = TensorType.BF16, Loss = LossPolicy.Allow };
        ModelConverter.Convert(weights, folder.At("half.safetensors"), ModelFormat.SafeTensors, half);
        using (ModelFile file = ModelFiles.Open(weights))
        {
            CollectionAssert.AreEqual(new[] { "qwen.safetensors", "config.json" }, file.AllMembers.Select(member => member.Name).ToArray());
            Assert.Contains("'half.safetensors' (the output of a conversion", string.Concat(file.Notes.Select(note => note.Text)));
        }

        Assert.IsTrue(RoundTrip.Run(weights, [ModelFormat.Gguf], new()).Identical);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_file_in_a_snapshot_of_links_means_the_snapshot_and_a_link_from_elsewhere_its_folder()
    {
        using TempFolder folder = new();
        Directory.CreateDirectory(folder.At("blobs"));
        Directory.CreateDirectory(folder.At("snapshots/aaaa"));
        folder.Write("blobs/1", SmallModels.SafeTensors());
        folder.Write("blobs/2", "{}"u8);
        File.CreateSymbolicLink(folder.At("snapshots/aaaa/model.safetensors"), "../../blobs/1");
        File.CreateSymbolicLink(folder.At("snapshots/aaaa/config.json"), "../../blobs/2");
        using (ModelFile snapshot = ModelFiles.Open(folder.At("snapshots/aaaa/model.safetensors")))
        {
            CollectionAssert.AreEqual(
                new[] { "model.safetensors", "config.json" }, snapshot.AllMembers.Select(member => member.Name).ToArray());
        }

        Directory.CreateDirectory(folder.At("real"));
        folder.Write("real/model.safetensors", SmallModels.SafeTensors());
        folder.Write("real/config.json", "{}"u8);
        File.CreateSymbolicLink(folder.At("link.safetensors"), folder.At("real/model.safetensors"));
        using ModelFile link = ModelFiles.Open(folder.At("link.safetensors"));
        Assert.HasCount(2, link.AllMembers);
    }

    [TestMethod]
    public void A_folder_cannot_be_read_alone_but_beside_a_file()
    {
        ModelFormatException error = Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(Case, PathScope.FileAlone).Dispose());
        Assert.AreEqual(ModelSetErrors.FolderAlone, error.Code);
        ModelFiles.Open(Path.Combine(Case, "model.safetensors"), PathScope.FileAlone).Dispose();
        Assert.AreEqual(
            ModelSetErrors.FolderAlone,
            Assert.ThrowsExactly<ModelFormatException>(() => ModelVerifier.Verify(Case, Case, scope: PathScope.FileAlone)).Code);
        Assert.HasCount(
            1, ModelVerifier.Verify(Path.Combine(Case, "model.safetensors"), Case, ProofLevel.L2, PathScope.FileAlone).Differences,
            "config.json");
    }

    [TestMethod]
    public void Where_the_folder_is_broken_the_remedy_reads_the_file()
    {
        using TempFolder folder = new();
        string weights = folder.Write("model.safetensors", SmallModels.SafeTensors());
        folder.Write("config.json", "{}"u8);
        folder.Write("model.safetensors.index.json", """{"metadata":{},"weight_map":{"a":"model-00001-of-00002.safetensors"}}"""u8);
        ModelFormatException stale = Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(weights).Dispose());
        Assert.AreEqual(SafeTensorsSetErrors.MissingFile, stale.Code);
        Assert.Contains("--alone", stale.Code.Remedy);
        ModelFiles.Open(weights, PathScope.FileAlone).Dispose();
        File.Delete(folder.At("model.safetensors.index.json"));

        using (FileStream large = new(folder.At("train.jsonl"), FileMode.Create))
        {
            large.SetLength(ModelLocation.MaximumCompanionBytes + 1);
        }

        ModelFormatException tooLarge = Assert.ThrowsExactly<ModelFormatException>(() => ModelFiles.Open(weights).Dispose());
        Assert.AreEqual(ModelSetErrors.CompanionTooLarge, tooLarge.Code);
        Assert.Contains("--alone", tooLarge.Code.Remedy);
        ModelFiles.Open(weights, PathScope.FileAlone).Dispose();
    }

    [TestMethod]
    public void A_side_file_that_is_named_is_read_as_what_it_is_and_says_whose_it_is()
    {
        using TempFolder folder = new();
        ModelConverter.Convert(folder.Write("m.gguf", SmallModels.Gguf()), folder.At("out.safetensors"), ModelFormat.SafeTensors, new());
        folder.Write("config.json", "{}"u8);
        string side = ModelFiles.SideFilePath(folder.At("out.safetensors"));
        Assert.IsTrue(File.Exists(side));
        foreach (PathScope scope in Enum.GetValues<PathScope>())
        {
            ValidationReport report = ModelValidator.Validate(side, scope);
            Assert.IsEmpty(report.Findings);
            Note note = report.Notes.Single(note => note.Rule == "K-SIDE-FILE");
            Assert.AreEqual(NoteRank.MayBeMissed, note.Rank);
            Assert.Contains("the side file of 'out.safetensors'", note.Text);
        }

        Certificate proof = ModelConverter.Convert(side, folder.At("side.gguf"), ModelFormat.Gguf, new());
        Assert.Contains("K-SIDE-FILE", string.Concat(proof.Notes));
        File.Delete(folder.At("out.safetensors"));
        using ModelFile stray = ModelFiles.Open(side);
        Assert.Contains("of a model that is not beside it", stray.Notes.Single(note => note.Rule == "K-SIDE-FILE").Text);
    }

    [TestMethod]
    public void A_side_file_stays_with_a_file_that_is_read_alone()
    {
        using TempFolder folder = new();
        ModelConverter.Convert(folder.Write("m.gguf", SmallModels.Gguf()), folder.At("out.safetensors"), ModelFormat.SafeTensors, new());
        folder.Write("config.json", "{}"u8);
        ModelConverter.Convert(
            folder.At("out.safetensors"), folder.At("back.gguf"), ModelFormat.Gguf, new() { Scope = PathScope.FileAlone });
        Assert.AreEqual(TempFolder.Sha256(folder.At("m.gguf")), TempFolder.Sha256(folder.At("back.gguf")));
    }

    [TestMethod]
    public void Every_comparison_and_hash_says_how_a_path_was_understood()
    {
        string weights = Path.Combine(Case, "model.safetensors");
        using ModelFile file = ModelFiles.Open(weights);
        using ModelFile alone = ModelFiles.Open(weights, PathScope.FileAlone);
        Assert.IsTrue(ValueTolerance.TryParse("1e-3", out ValueTolerance? tolerance));
        string[] reports =
        [
            string.Concat(ModelVerifier.Verify(weights, Case).Notes),
            string.Concat(ModelVerifier.Verify(weights, Case, tolerance).Notes),
            string.Concat(ModelDiff.Compare(file, alone).Notes),
            string.Concat(ModelHash.Compute(file).Notes),
            string.Concat(ModelValidator.Validate(weights).Notes.Select(note => note.Rule)),
        ];
        foreach (string report in reports)
        {
            Assert.Contains("K-FOLDER", report);
        }

        Assert.Contains("K-CONFIG-UNREAD", reports[2]);
        Assert.Contains("K-CONFIG-UNREAD", string.Concat(ModelVerifier.Verify(weights, weights, tolerance, PathScope.FileAlone).Notes));
    }

    private static string[] Rules(ModelFile file) => [.. file.Notes.Select(note => note.Rule)];
}
