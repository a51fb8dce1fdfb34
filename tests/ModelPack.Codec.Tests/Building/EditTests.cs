using ModelPack.Codec.Tests.Conversion;
using ModelPack.Codec.Tests.Formats.Gguf;
using ModelPack.Formats.Apr;
using ModelPack.Formats.Gguf;
using ModelPack.IO;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Building;

[TestClass]
public sealed class EditTests
{
    private static readonly string Model = RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf");

    private readonly TempFolder folder = new();

    [TestCleanup]
    public void RemoveFolder() => folder.Dispose();

    [TestMethod]
    public void One_key_changes_that_key_only()
    {
        using ModelFile model = ModelFiles.Open(Model);
        SaveReport report = new ModelBuilder(model).Set("general.architecture", "llama").Save(folder.At("e.gguf"));
        Assert.IsEmpty(report.Notes);
        Assert.IsFalse(report.IsUnchanged);
        using ModelFile edited = ModelFiles.Open(folder.At("e.gguf"));
        MetadataEntry[] differing = [
            .. model.Metadata.Zip(edited.Metadata)
                .Where(pair => pair.First.Key != pair.Second.Key
                    || !pair.First.Value.RawBytes.Span.SequenceEqual(pair.Second.Value.RawBytes.Span)).Select(pair => pair.Second)];
        Assert.AreEqual("general.architecture", differing.Single().Key);
        AssertSamePayloads(model, edited);
    }

    [TestMethod]
    public void A_value_that_is_set_to_what_it_was_changes_nothing()
    {
        using ModelFile model = ModelFiles.Open(Model);
        Assert.IsTrue(
            new ModelBuilder(model).Set("general.architecture", "x").Set("general.architecture", "qwen2")
                .Save(folder.At("e.gguf")).IsUnchanged);
    }

    [TestMethod]
    public void A_number_keeps_the_width_of_its_key()
    {
        using ModelFile model = ModelFiles.Open(Model);
        new ModelBuilder(model).Set("qwen2.block_count", 7).Set("qwen2.attention.layer_norm_rms_epsilon", 1e-5).Save(folder.At("e.gguf"));
        using GgufFile edited = (GgufFile)ModelFiles.Open(folder.At("e.gguf"));
        Assert.AreEqual((GgufValueType.UInt32, "7"), (edited.Find("qwen2.block_count")!.Type, edited.Find("qwen2.block_count")!.Display()));
        Assert.AreEqual(GgufValueType.Float32, edited.Find("qwen2.attention.layer_norm_rms_epsilon")!.Type);
    }

    public static IEnumerable<object[]> Encodings { get; } = [.. GgufBytes.Encodings.Select((_, place) => new object[] { place })];

    [TestMethod]
    [DynamicData(nameof(Encodings))]
    public void Every_edit_keeps_version_byte_order_and_spelling(int encoding)
    {
        GgufBytes bytes = GgufBytes.Encodings.ElementAt(encoding)();
        bytes.Header(2, 2).Key("a", GgufValueType.UInt32).U32(7).Key("b", GgufValueType.Array).Array(GgufValueType.String, 1).Text("x")
            .Record("one", GgufBytes.F32, 0, 3).Record("two", GgufBytes.F32, 32, 2);
        while (bytes.Length % 32 != 0)
        {
            bytes.Raw(0);
        }

        byte[] one = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        byte[] two = [11, 12, 13, 14, 15, 16, 17, 18];
        bytes.Raw(one).Raw(new byte[20]).Raw(two).Raw(new byte[24]);
        using GgufFile model = GgufFile.Open(new MemoryByteSource(bytes.ToArray()));
        new ModelBuilder(model).Set("a", 8).Set("c", ["p", "q"]).Set("d", [1, 2]).Rename("one", "uno").Remove("two")
            .Add("three", [2], new float[] { 1, 2 }).Save(folder.At("e.gguf"));

        using GgufFile edited = (GgufFile)ModelFiles.Open(folder.At("e.gguf"));
        Assert.AreEqual((model.Version, model.ByteOrder, model.Magic), (edited.Version, edited.ByteOrder, edited.Magic));
        Assert.AreEqual(
            "a=8, b=[\"x\"], c=[\"p\", \"q\"], d=[1, 2]",
            string.Join(", ", edited.Metadata.Select(entry => $"{entry.Key}={entry.Value.Display()}")));
        CollectionAssert.AreEqual(new[] { "uno", "three" }, edited.Tensors.Select(tensor => tensor.Name).ToArray());
        CollectionAssert.AreEqual(one, ModelBuilderTests.Payload(edited, "uno"));
        byte[] three = [.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f)];
        if (model.ByteOrder == ByteOrder.BigEndian)
        {
            three.AsSpan(0, 4).Reverse();
            three.AsSpan(4, 4).Reverse();
        }

        CollectionAssert.AreEqual(three, ModelBuilderTests.Payload(edited, "three"));
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void An_apr_keeps_the_spelling_and_the_flags_that_were_not_edited()
    {
        foreach (string path in RepositoryData.Files("corpus/apr/valid", "*.apr"))
        {
            using AprFile model = (AprFile)ModelFiles.OpenFile(path);
            if (model.Tensors.Count == 0)
            {
                continue;
            }

            string first = model.Tensors[0].Name;
            string target = folder.At(Path.GetFileName(path));
            new ModelBuilder(model).Set("zz.note", "n").Rename(first, "renamed.first").Add("added", [3], new float[3]).Save(target);
            using AprFile edited = (AprFile)ModelFiles.OpenFile(target);
            edited.CheckFooter();
            Assert.AreEqual(
                (model.Flags, model.Footer.IsPresent, model.VersionMinor), (edited.Flags, edited.Footer.IsPresent, edited.VersionMinor),
                path);
            Assert.HasCount(model.Tensors.Count + 1, edited.Tensors);
            CollectionAssert.AreEqual(ModelBuilderTests.Payload(model, first), ModelBuilderTests.Payload(edited, "renamed.first"));

            using AprFile again = edited;
            new ModelBuilder(edited).Remove("renamed.first").Remove("added").Save(target + "2");
            using AprFile less = AprFile.Open(new FileByteSource(target + "2"));
            less.CheckFooter();
            AssertSamePayloads(edited, less);
        }
    }

    [TestMethod]
    [DataRow(7, 7, "14", DisplayName = "it was the sum of the elements")]
    [DataRow(8, 7, "8", DisplayName = "it counted something else")]
    public void The_number_of_parameters_of_an_apr_follows_its_tensors(int stated, int elements, string expected)
    {
        string path = folder.At("p.apr");
        new ModelBuilder(ModelFormat.Apr).Set("model_type", "llama").Set("param_count", stated)
            .Add("w", [elements], new float[elements]).Save(path);
        using ModelPack.Model model = ModelPack.Model.Open(path);
        model.ToBuilder().Add("v", [elements], new float[elements]).Save(folder.At("more.apr"));
        using ModelPack.Model more = ModelPack.Model.Open(folder.At("more.apr"));
        Assert.AreEqual(expected, more.Metadata["param_count"].ToString());
        model.ToBuilder().Add("v", [1], new float[1]).Set("param_count", 3).Save(folder.At("said.apr"));
        using ModelPack.Model said = ModelPack.Model.Open(folder.At("said.apr"));
        Assert.AreEqual(3, said.Metadata.GetInt64("param_count"));
    }

    [TestMethod]
    public void A_shard_that_lost_all_of_its_tensors_leaves_a_model_that_opens()
    {
        string source = folder.At("source") + Path.DirectorySeparatorChar;
        new ModelBuilder(ModelFormat.SafeTensors).Set("format", "pt").Add("a", [8], new float[8]).Add("b", [8], new float[8])
            .Save(source, new() { MaxShardBytes = 32 });
        string target = folder.At("target") + Path.DirectorySeparatorChar;
        using (Model model = ModelPack.Model.Open(source))
        {
            model.ToBuilder().Remove("b").Save(target);
        }

        using ModelPack.Model edited = ModelPack.Model.Open(target);
        CollectionAssert.AreEqual(new[] { "a" }, edited.Tensors.Select(tensor => tensor.Name).ToArray());
        Assert.IsFalse(File.ReadAllText(Path.Combine(target, "model.safetensors.index.json")).Contains("\"b\"", StringComparison.Ordinal));
        ModelBuilder empty = edited.ToBuilder().Remove("a");
        string nowhere = folder.At("nowhere") + Path.DirectorySeparatorChar;
        Assert.AreEqual("MP2418", Assert.ThrowsExactly<ModelPackException>(() => empty.Save(nowhere)).Code.Id);
        Assert.IsFalse(Directory.Exists(nowhere), "an index without tensors is no model");
    }

    [TestMethod]
    public void A_model_keeps_a_name_that_says_another_format_and_gets_none()
    {
        string misnamed = folder.At("m.gguf");
        File.Copy(Models.ModelFixtures.Apr("qwen2-small"), misnamed);
        using Model model = ModelPack.Model.Open(misnamed);
        model.ToBuilder().Set("name", "x").Save(misnamed, new() { Existing = ExistingTarget.Replace });
        Assert.AreEqual("MP2410", Assert.ThrowsExactly<ModelPackException>(
            () => model.ToBuilder().Save(folder.At("m.safetensors"))).Code.Id);
        Assert.IsFalse(File.Exists(folder.At("m.safetensors")));
    }

    [TestMethod]
    [DataRow(ModelFormat.Gguf)]
    [DataRow(ModelFormat.Apr)]
    [DataRow(ModelFormat.SafeTensors)]
    public void A_comparison_finds_the_key_that_was_changed_and_nothing_else(ModelFormat format)
    {
        bool isFolder = format == ModelFormat.SafeTensors;
        string ending = isFolder ? "/" : "";
        new ModelBuilder(format).Set("model_type", "llama").Set("general.name", "one").Set("other.key", "stays")
            .Add("w", [4], new float[] { 1, 2, 3, 4 }).Save(folder.At("before") + ending);
        using ModelPack.Model before = ModelPack.Model.Open(folder.At("before"));
        before.ToBuilder().Set("general.name", "two").Save(folder.At("after") + ending);
        using ModelPack.Model after = ModelPack.Model.Open(folder.At("after"));
        Difference only = ModelDiff.Compare(before, after).Differences.Single();
        Assert.AreEqual((DifferenceKind.Metadata, "general.name"), (only.Kind, only.Place), only.Text);
    }

    [TestMethod]
    public void A_damaged_apr_is_not_edited_into_one_that_looks_sound()
    {
        string path = folder.Write("d.apr", File.ReadAllBytes(RepositoryData.Path("corpus", "apr", "valid", "dtype-f32.apr")));
        using (FileStream stream = new(path, FileMode.Open))
        {
            stream.Position = stream.Length - 5;
            stream.WriteByte(0x55);
        }

        using ModelFile model = ModelFiles.Open(path);
        Assert.ThrowsExactly<ModelFormatException>(() => new ModelBuilder(model).Set("k", "v").Save(folder.At("e.apr")));
        CollectionAssert.AreEqual(new[] { "d.apr" }, folder.Names());
    }

    [TestMethod]
    public void A_safetensors_file_keeps_its_header_but_for_what_was_edited()
    {
        byte[] header = System.Text.Encoding.UTF8.GetBytes(
            "{ \"b\" : {\"shape\":[1], \"dtype\":\"F32\",\"data_offsets\":[0, "
                + "4]},\n\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[4,6]} }  ");
        byte[] file = [.. BitConverter.GetBytes((long)header.Length), .. header, 1, 2, 3, 4, 5, 6];
        using ModelFile model = ModelFiles.Open(new MemoryByteSource(file), ModelFormat.SafeTensors);
        using MemoryStream renamed = new();
        new ModelBuilder(model).Rename("b", "c").Save(renamed);
        CollectionAssert.AreEqual(
            (byte[])[
                .. BitConverter.GetBytes((long)header.Length),
                .. System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(header).Replace("\"b\"", "\"c\"")), 1, 2, 3, 4, 5,
                6], renamed.ToArray());

        using MemoryStream more = new();
        new ModelBuilder(model).Remove("b").Set("k", "v").Add("w", TensorType.F16, [1], new byte[] { 7, 8 }).Save(more);
        using ModelFile edited = ModelFiles.Open(new MemoryByteSource(more.ToArray()), ModelFormat.SafeTensors);
        StringAssert.Contains(System.Text.Encoding.UTF8.GetString(more.ToArray()), "\"__metadata__\"");
        CollectionAssert.AreEqual(new byte[] { 5, 6 }, ModelBuilderTests.Payload(edited, "a"));
        Assert.AreEqual(
            0, (edited.Tensors.Single(
                tensor => tensor.Name == "w").Offset - ((ModelPack.Formats.SafeTensors.SafeTensorsFile)edited).DataOffset) % 2,
                "wider types stand before narrower ones");
    }

    [TestMethod]
    public void A_sharded_folder_is_edited_with_its_index_and_its_companions()
    {
        string source = folder.At("source") + Path.DirectorySeparatorChar;
        new ModelBuilder(ModelFormat.SafeTensors).Set("format", "pt").Add("a", [8], new float[8])
            .Add("b", [8], new float[] { 1, 2, 3, 4, 5, 6, 7, 8 })
            .SetFile("config.json", "{}"u8.ToArray()).SetFile("notes.md", "n"u8.ToArray()).Save(source, new() { MaxShardBytes = 32 });
        string target = folder.At("target") + Path.DirectorySeparatorChar;
        using (ModelFile model = ModelFiles.Open(source))
        {
            new ModelBuilder(model).Rename("b", "c").Add("d", [1], new float[1]).Set("k", "v")
                .SetFile("config.json", "{\"model_type\":\"llama\"}"u8.ToArray()).RemoveFile("notes.md").Save(target);
        }

        using ModelFile edited = ModelFiles.Open(target);
        Assert.AreEqual("llama", edited.Architecture);
        CollectionAssert.AreEqual(new[] { "a", "c", "d" }, edited.Tensors.Select(tensor => tensor.Name).Order().ToArray());
        string index = File.ReadAllText(Path.Combine(target, "model.safetensors.index.json"));
        StringAssert.Contains(index, "\"total_size\": 68");
        StringAssert.Contains(index, "    \"c\": \"model-00002-of-00002.safetensors\",\n    \"d\": \"model-00002-of-00002.safetensors\"\n");
        Assert.IsFalse(File.Exists(Path.Combine(target, "notes.md")));
    }

    [TestMethod]
    public void A_folder_is_edited_in_place()
    {
        string source = folder.At("source") + Path.DirectorySeparatorChar;
        new ModelBuilder(ModelFormat.SafeTensors).Add("a", [8], new float[8]).SetFile("config.json", "{}"u8.ToArray()).Save(source);
        using ModelFile model = ModelFiles.Open(source);
        new ModelBuilder(model).RemoveFile("config.json").SetFile("README.md", "r"u8.ToArray())
            .Save(source, new() { Existing = ExistingTarget.Replace });
        CollectionAssert.AreEqual(
            new[] { "README.md", "model.safetensors" }, Directory.GetFiles(source).Select(path => Path.GetFileName(path))
                .Order(StringComparer.Ordinal).ToArray());
    }

    [TestMethod]
    public void A_file_is_its_own_target_and_stays_readable()
    {
        string path = folder.Write("m.gguf", File.ReadAllBytes(Model));
        using ModelFile model = ModelFiles.Open(path);
        byte[] before = ModelBuilderTests.Payload(model, model.Tensors[0].Name);
        Assert.AreEqual("MP3001", Assert.ThrowsExactly<ModelPackException>(() => new ModelBuilder(model).Set("k", "v").Save(path)).Code.Id);
        new ModelBuilder(model).Set("k", "v").Remove(model.Tensors[0].Name).Save(path, new() { Existing = ExistingTarget.Replace });
        CollectionAssert.AreEqual(before, ModelBuilderTests.Payload(model, model.Tensors[0].Name));
        using ModelFile edited = ModelFiles.Open(path);
        Assert.HasCount(model.Tensors.Count - 1, edited.Tensors);
        CollectionAssert.AreEqual(new[] { "m.gguf" }, folder.Names());
    }

    [TestMethod]
    public void The_parts_of_a_split_state_the_tensors_of_all()
    {
        string parts = folder.At("parts") + Path.DirectorySeparatorChar;
        ModelConverter.Convert(Model, parts, ModelFormat.Gguf, new() { MaxShardBytes = 300_000 });
        string target = folder.At("target") + Path.DirectorySeparatorChar;
        using ModelFile model = ModelFiles.Open(parts);
        SaveReport report = new ModelBuilder(model).Remove(model.Tensors[^1].Name).Save(target);
        Assert.HasCount(1, report.Notes);
        using ModelFile edited = ModelFiles.Open(target);
        Assert.HasCount(model.Tensors.Count - 1, edited.Tensors);
        CollectionAssert.AreEqual(
            model.AllMembers.Select(member => member.Name).ToArray(), edited.AllMembers.Select(member => member.Name).ToArray());
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DataRow(ModelFormat.Apr, "m.apr", "note")]
    [DataRow(ModelFormat.SafeTensors, "m.safetensors", "note")]
    [DataRow(ModelFormat.SafeTensors, "m/", "note")]
    public void A_record_that_is_true_no_longer_is_left_out_and_one_that_is_stays(ModelFormat format, string name, string key)
    {
        string path = folder.At(name);
        ModelConverter.Convert(Model, path, format, new());
        string ending = name.EndsWith('/') ? "/" : "";
        using (ModelFile model = ModelFiles.Open(path))
        {
            Assert.IsTrue(new ModelBuilder(model).Save(folder.At("same") + (ending == "" ? Path.GetExtension(name) : ending)).IsUnchanged);
            SaveReport report = new ModelBuilder(model).Set(key, "v")
                .Save(folder.At("edited") + (ending == "" ? Path.GetExtension(name) : ending));
            StringAssert.Contains(report.Notes.Single(), "its origin record");
        }

        string edited = folder.At("edited") + (ending == "" ? Path.GetExtension(name) : ending);
        using (ModelFile model = ModelFiles.Open(edited))
        {
            Assert.IsNull(model.OriginRecord);
            Assert.IsNull(model.SideModel);
        }

        // The unedited copy leads back byte for byte; the edited one is converted as what it is.
        ModelConverter.Convert(
            folder.At("same") + (ending == "" ? Path.GetExtension(name) : ending), folder.At("back.gguf"), ModelFormat.Gguf, new());
        ByteAssert.AreEqual(File.ReadAllBytes(Model), File.ReadAllBytes(folder.At("back.gguf")));
    }

    [TestMethod]
    public void Descriptions_of_carried_tensors_follow_their_tensors()
    {
        string path = folder.At("m.safetensors");
        ModelConverter.Convert(Model, path, ModelFormat.SafeTensors, new() { Quantized = QuantizedMode.Blocks });
        using ModelFile model = ModelFiles.Open(path);
        TensorInfo[] carried = [
            .. ModelPack.Formats.TensorDescriptions.Logical(model).Where(tensor => TensorTypes.Get(tensor.Type).IsQuantized)];
        Assert.IsGreaterThan(2, carried.Length);
        new ModelBuilder(model).Rename(carried[0].Name, "renamed").Remove(carried[1].Name).Save(folder.At("e.safetensors"));
        using ModelFile edited = ModelFiles.Open(folder.At("e.safetensors"));
        IReadOnlyList<TensorInfo> after = ModelPack.Formats.TensorDescriptions.Logical(edited);
        TensorInfo renamed = after.Single(tensor => tensor.Name == "renamed");
        Assert.AreEqual(carried[0].Type, renamed.Type);
        CollectionAssert.AreEqual(carried[0].Shape, renamed.Shape);
        Assert.HasCount(carried.Length - 1, after.Where(tensor => TensorTypes.Get(tensor.Type).IsQuantized).ToArray());
    }

    private static void AssertSamePayloads(ModelFile model, ModelFile edited)
    {
        foreach (TensorInfo tensor in edited.Tensors)
        {
            CollectionAssert.AreEqual(
                ModelBuilderTests.Payload(model, tensor.Name), ModelBuilderTests.Payload(edited, tensor.Name), tensor.Name);
        }
    }
}
