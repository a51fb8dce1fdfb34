using System.Text.Json;
using ModelPack.Formats.SafeTensors;

namespace ModelPack.Codec.Tests.Formats.SafeTensors;

[TestClass]
public sealed class SetTests
{
    private const string IndexName = "model.safetensors.index.json";

    private static readonly Dictionary<string, string> Codes = new()
    {
        ["set_missing_shard/"] = "MP1357",
        ["set_tensor_not_in_shard/"] = "MP1358",
        ["set_tensor_not_in_index/"] = "MP1359",
        ["set_tensor_in_two_shards/"] = "MP1360",
        ["set_path_parent/"] = "MP1355",
        ["set_path_absolute/"] = "MP1355",
        ["set_extension/"] = "MP1356",
        ["set_weight_map_missing/"] = "MP1353",
        ["set_index_not_json/"] = "MP1352",
        ["set_one_shard_truncated/"] = "MP1213",
    };

    public static IEnumerable<object[]> HostileFolders() => Folders("hostile");

    public static IEnumerable<object[]> ValidFolders() => Folders("valid");

    [TestMethod]
    public void Every_folder_of_the_corpus_is_described()
    {
        foreach (string group in new[] { "valid", "hostile" })
        {
            string[] described = [.. Folders(group).Select(row => ((string)row[0]).TrimEnd('/'))];
            Assert.IsNotEmpty(described);
            CollectionAssert.AreEquivalent(
                Directory.GetDirectories(SafeTensorsTestFile.CorpusPath(group)).Select(path => Path.GetFileName(path)).ToArray(),
                described);
        }
    }

    [TestMethod]
    [DynamicData(nameof(HostileFolders))]
    public void A_hostile_set_is_refused_for_its_defect(string folder) => Assert.AreEqual(Codes[folder], Refusal(folder).Code.Id);

    [TestMethod]
    [DynamicData(nameof(ValidFolders))]
    public void A_valid_set_is_read_in_every_field(string folder)
    {
        JsonElement files = SafeTensorsTestFile.Expected("valid").Single(entry => entry.GetProperty("file").GetString() == folder)
            .GetProperty("files");
        using SafeTensorsSet set = SafeTensorsSet.Open(SafeTensorsTestFile.CorpusPath("valid", folder, IndexName));
        Assert.AreEqual(files.GetProperty(IndexName).GetProperty("sha256").GetString(), SafeTensorsTestFile.Sha256(set.Index.Text.Span));
        Assert.HasCount(files.EnumerateObject().Count() - 1, set.Files);
        foreach ((string name, SafeTensorsFile file) in set.Index.Files.Zip(set.Files))
        {
            ExpectedFile.Check(files.GetProperty(name), file);
        }
    }

    [TestMethod]
    public void A_wrong_total_size_is_noted_and_a_right_one_is_not()
    {
        using SafeTensorsSet wrong = SafeTensorsSet.Open(SafeTensorsTestFile.CorpusPath("valid", "sharded_total_size_wrong", IndexName));
        using SafeTensorsSet right = SafeTensorsSet.Open(SafeTensorsTestFile.CorpusPath("valid", "sharded_three", IndexName));
        Assert.AreEqual("K-TOTAL-SIZE", wrong.Notes.Single().Rule);
        Assert.IsEmpty(right.Notes);
    }

    [TestMethod]
    public void A_single_file_beside_the_index_is_noted()
    {
        using TemporaryFolder folder = CopyOf("sharded_three");
        folder.Write("model.safetensors", [1, 2, 3]);
        using SafeTensorsSet set = SafeTensorsSet.Open(folder.File(IndexName));
        Assert.AreEqual("K-SINGLE-FILE", set.Notes.Single().Rule);
    }

    [TestMethod]
    [DataRow("model.safetensors.index.json", "model.safetensors")]
    [DataRow("model.safetensors.index.fp16.json", "model.fp16.safetensors")]
    [DataRow("diffusion_pytorch_model.safetensors.index.json", "diffusion_pytorch_model.safetensors")]
    [DataRow("index.json", null)]
    public void The_single_file_of_an_index_follows_from_its_name(string index, string? single) =>
        Assert.AreEqual(single, SafeTensorsSetNotes.SingleFileName(index));

    [TestMethod]
    public void A_refused_set_leaves_no_file_open()
    {
        using TemporaryFolder folder = CopyOf("sharded_three");
        byte[] shard = File.ReadAllBytes(folder.File("model-00003-of-00003.safetensors"));
        folder.Write("model-00003-of-00003.safetensors", shard[..^1]);
        ModelFormatException refusal = Assert.ThrowsExactly<ModelFormatException>(() => SafeTensorsSet.Open(folder.File(IndexName)));
        Assert.AreEqual(folder.File("model-00003-of-00003.safetensors"), refusal.FilePath);
        using FileStream exclusive = new(
            folder.File("model-00001-of-00003.safetensors"), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Assert.IsTrue(exclusive.CanWrite);
    }

    [TestMethod]
    public void A_tensor_that_lies_in_another_file_than_the_index_says_is_refused()
    {
        using TemporaryFolder folder = CopyOf("sharded_three");
        string index = File.ReadAllText(folder.File(IndexName));
        string moved = index.Replace("\"b.weight\": \"model-00001", "\"b.weight\": \"model-00002", StringComparison.Ordinal);
        Assert.AreNotEqual(index, moved);
        folder.Write(IndexName, System.Text.Encoding.UTF8.GetBytes(moved));
        ModelFormatException refusal = Assert.ThrowsExactly<ModelFormatException>(() => SafeTensorsSet.Open(folder.File(IndexName)));
        Assert.AreEqual("TensorNotFound", refusal.Code.Rule);
        Assert.AreEqual("b.weight", refusal.TensorName);
        Assert.AreEqual(moved.IndexOf("\"model-00002", StringComparison.Ordinal), refusal.ByteOffset);
    }

    internal static ModelFormatException Refusal(string folder) => Assert.ThrowsExactly<ModelFormatException>(
        () => SafeTensorsSet.Open(SafeTensorsTestFile.CorpusPath("hostile", folder, IndexName)).Dispose());

    private static IEnumerable<object[]> Folders(string group) => SafeTensorsTestFile.Expected(group)
        .Where(SafeTensorsTestFile.IsFolder)
        .Select(entry => new object[] { entry.GetProperty("file").GetString()! });

    private static TemporaryFolder CopyOf(string folder)
    {
        TemporaryFolder copy = new();
        foreach (string path in Directory.GetFiles(SafeTensorsTestFile.CorpusPath("valid", folder)))
        {
            copy.Write(Path.GetFileName(path), File.ReadAllBytes(path));
        }

        return copy;
    }

    private sealed class TemporaryFolder : IDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("modelpack-");

        public string File(string name) => Path.Combine(folder.FullName, name);

        public void Write(string name, byte[] bytes) => System.IO.File.WriteAllBytes(File(name), bytes);

        public void Dispose() => folder.Delete(recursive: true);
    }
}
