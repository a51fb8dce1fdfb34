using System.Text.Json;
using ModelPack.Formats;

namespace ModelPack.Tool.Tests;

/// <summary>Models of several files through the tool: <c>split</c>, <c>merge</c>, folders as source and target.</summary>
[TestClass]
public sealed class SetTests
{
    private static readonly string Gguf = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");

    [TestMethod]
    [DataRow(ModelFormat.Gguf)]
    [DataRow(ModelFormat.SafeTensors)]
    public void What_was_split_is_merged_byte_for_byte(ModelFormat format)
    {
        using TestFolder folder = new();
        string model = Model(folder, format);
        ToolResult split = ToolProcess.Run("split", model, folder.File("parts"), "--max-shard-size", "500KB");
        split.ShouldExitWith(0);
        Assert.AreEqual("", split.Error);
        string[] parts = Directory.GetFiles(folder.File("parts"), "*." + format.Extension());
        Assert.IsGreaterThan(2, parts.Length);
        Assert.IsTrue(parts.All(part => Path.GetFileName(part).Contains($"-of-0000{parts.Length}.", StringComparison.Ordinal)));
        Assert.Contains($" in {Directory.GetFiles(folder.File("parts")).Length} files, XXH128", split.Output);
        Assert.Contains($"certificate  {folder.File("parts")}.modelpack.json\n", split.Output);

        string back = folder.File("back." + format.Extension());
        ToolResult merged = ToolProcess.Run("merge", folder.File("parts") + "/", back, "--json");
        merged.ShouldExitWith(0);
        using JsonDocument document = JsonDocument.Parse(merged.Output);
        Assert.AreEqual("merge", document.RootElement.GetProperty("kind").GetString());
        Assert.AreEqual("L3", document.RootElement.GetProperty("certificate").GetProperty("level").GetString());
        CollectionAssert.AreEqual(File.ReadAllBytes(model), File.ReadAllBytes(back));
    }

    [TestMethod]
    public void Parts_of_other_programs_are_merged_into_one_file_with_the_same_tensors()
    {
        using TestFolder folder = new();
        InProcess.Run("split", Gguf, folder.File("parts"), "--max-shard-size", "500KB", "--origin", "none").ShouldExitWith(0);
        string first = Directory.GetFiles(folder.File("parts")).Order(StringComparer.Ordinal).First();
        InProcess.Run("merge", first, folder.File("one.gguf")).ShouldExitWith(0);
        InProcess.Run("verify", Gguf, folder.File("one.gguf"), "--level", "L1").ShouldExitWith(0);

        InProcess.Run("convert", folder.File("one.gguf"), folder.File("again/"), "--to", "gguf").ShouldExitWith(0);
        foreach (string part in Directory.GetFiles(folder.File("parts")))
        {
            CollectionAssert.AreEqual(File.ReadAllBytes(part), File.ReadAllBytes(folder.File("again/" + Path.GetFileName(part))), part);
        }
    }

    [TestMethod]
    public void One_part_is_not_called_merged()
    {
        using TestFolder folder = new();
        InProcess.Run("split", Gguf, folder.File("parts"), "--max-shard-size", "500KB").ShouldExitWith(0);
        string[] parts = [.. Directory.GetFiles(folder.File("parts")).Order(StringComparer.Ordinal)];
        File.Copy(parts[0], folder.File("renamed.gguf"));
        foreach (string part in new[] { parts[1], folder.File("renamed.gguf") })
        {
            // Beside its siblings any part stands for all of them, so it is one part only where it is read alone.
            ToolResult refused = InProcess.Run(["merge", part, folder.File("one.gguf"), .. part == parts[1] ? ["--alone"] : (string[])[]]);
            refused.ShouldExitWith(2);
            Assert.StartsWith($"{part}: error MP5005: this is one of {parts.Length} parts alone", refused.Error);
            Assert.IsFalse(File.Exists(folder.File("one.gguf")));
        }
    }

    [TestMethod]
    public void The_format_of_a_model_is_that_of_its_contents_and_the_format_of_an_output_what_is_asked_for()
    {
        using TestFolder folder = new();
        string misnamed = folder.File("m.safetensors");
        File.Copy(Gguf, misnamed);
        byte[] bytes = File.ReadAllBytes(Gguf);
        InProcess.Run("split", misnamed, folder.File("parts"), "--max-shard-size", "500KB").ShouldExitWith(0);
        Assert.IsNotEmpty(Directory.GetFiles(folder.File("parts"), "*.gguf"));
        InProcess.Run("merge", folder.File("parts"), folder.File("merged.model")).ShouldExitWith(0);
        CollectionAssert.AreEqual(bytes, File.ReadAllBytes(folder.File("merged.model")));
        InProcess.Run("merge", misnamed, folder.File("copy.model")).ShouldExitWith(0);
        CollectionAssert.AreEqual(bytes, File.ReadAllBytes(folder.File("copy.model")));

        // The ending of an output names its format; where it names none, --to does. The two never contradict one another.
        InProcess.Run("convert", misnamed, folder.File("by-ending.gguf")).ShouldExitWith(0);
        CollectionAssert.AreEqual(bytes, File.ReadAllBytes(folder.File("by-ending.gguf")));
        InProcess.Run("convert", misnamed, folder.File("asked.model"), "--to", "gguf").ShouldExitWith(0);
        CollectionAssert.AreEqual(bytes, File.ReadAllBytes(folder.File("asked.model")));
        ToolResult refused = InProcess.Run("convert", misnamed, folder.File("asked.apr"), "--to", "gguf");
        refused.ShouldExitWith(2);
        Assert.Contains("MP2410", refused.Error);
    }

    [TestMethod]
    public void A_model_that_fits_is_not_split_and_apr_has_no_parts()
    {
        using TestFolder folder = new();
        ToolResult fits = ToolProcess.Run("split", Gguf, folder.File("parts"), "--max-shard-size", "1GB");
        fits.ShouldExitWith(2);
        Assert.StartsWith($"{Gguf}: error MP5004: all tensors fit into one file of 1000000000 bytes.", fits.Error);
        Assert.IsEmpty(folder.Names);

        string apr = Model(folder, ModelFormat.Apr);
        ToolResult refused = ToolProcess.Run("split", apr, folder.File("parts"), "--max-shard-size", "500KB");
        refused.ShouldExitWith(3);
        Assert.Contains("error MP2005: APR has no shards", refused.Error);
        Assert.IsFalse(Directory.Exists(folder.File("parts")));
    }

    [TestMethod]
    public void A_folder_is_replaced_only_if_a_run_wrote_it_and_only_when_forced()
    {
        using TestFolder folder = new();
        string parts = folder.File("parts");
        InProcess.Run("split", Gguf, parts, "--max-shard-size", "300KB").ShouldExitWith(0);
        int many = Directory.GetFiles(parts).Length;
        ToolResult refused = ToolProcess.Run("split", Gguf, parts, "--max-shard-size", "1MB");
        refused.ShouldExitWith(4);
        Assert.Contains("error MP3001", refused.Error);
        Assert.HasCount(many, Directory.GetFiles(parts));
        ToolProcess.Run("split", Gguf, parts, "--max-shard-size", "1MB", "--force").ShouldExitWith(0);
        Assert.IsLessThan(many, Directory.GetFiles(parts).Length);

        File.Delete(parts + ".modelpack.json");
        ToolResult foreign = ToolProcess.Run("split", Gguf, parts, "--max-shard-size", "1MB", "--force");
        foreign.ShouldExitWith(4);
        Assert.Contains("error MP3003", foreign.Error);
    }

    [TestMethod]
    public void A_missing_part_is_named()
    {
        using TestFolder folder = new();
        InProcess.Run("split", Gguf, folder.File("parts"), "--max-shard-size", "500KB").ShouldExitWith(0);
        string second = Directory.GetFiles(folder.File("parts")).Order(StringComparer.Ordinal).ElementAt(1);
        File.Delete(second);
        ToolResult merged = ToolProcess.Run("merge", folder.File("parts"), folder.File("back.gguf"));
        merged.ShouldExitWith(3);
        Assert.Contains($"error MP1303: '{Path.GetFileName(second)}' is not there", merged.Error);
        Assert.IsFalse(File.Exists(folder.File("back.gguf")));
    }

    [TestMethod]
    public void A_conversion_into_shards_needs_a_folder()
    {
        using TestFolder folder = new();
        string target = folder.File("shards/");
        string report = folder.File("proof.json");
        ToolResult converted = ToolProcess.Run(
            "convert", Gguf, target, "--to", "safetensors", "--max-shard-size", "500KB", "--report", report);
        converted.ShouldExitWith(0);
        Assert.IsTrue(File.Exists(folder.File("shards/model.safetensors.index.json")));
        Assert.AreEqual(File.ReadAllText(folder.File("shards.modelpack.json")), File.ReadAllText(report));
        Assert.Contains("\"parts\"", File.ReadAllText(report));

        ToolResult refused = ToolProcess.Run("convert", Gguf, folder.File("one.safetensors"), "--max-shard-size", "500KB");
        refused.ShouldExitWith(2);
        Assert.Contains("error MP2009", refused.Error);
        ToolResult inside = ToolProcess.Run("convert", target, folder.File("back.gguf"), "--report", folder.File("shards/proof.json"));
        inside.ShouldExitWith(2);
        Assert.Contains("error MP5003: the report would lie in the folder of a model", inside.Error);
        ToolProcess.Run("convert", target, folder.File("back.gguf")).ShouldExitWith(0);
        CollectionAssert.AreEqual(File.ReadAllBytes(Gguf), File.ReadAllBytes(folder.File("back.gguf")));
    }

    [TestMethod]
    public void Verify_names_the_file_of_a_folder_that_was_edited_or_deleted()
    {
        using TestFolder folder = new();
        InProcess.Run("convert", Gguf, folder.File("shards/"), "--to", "safetensors", "--max-shard-size", "500KB").ShouldExitWith(0);
        string certificate = folder.File("shards.modelpack.json");
        ToolProcess.Run("verify", certificate, folder.File("shards")).ShouldExitWith(0);

        File.AppendAllText(folder.File("shards/model.safetensors.index.json"), "\n");
        ToolResult edited = ToolProcess.Run("verify", certificate, folder.File("shards"));
        edited.ShouldExitWith(1);
        Assert.Contains("the file 'model.safetensors.index.json' has", edited.Output);

        string second = Directory.GetFiles(folder.File("shards"), "*00002-of*").Single();
        File.Delete(second);
        ToolResult deleted = ToolProcess.Run("verify", certificate, folder.File("shards"));
        deleted.ShouldExitWith(1);
        Assert.Contains($"the file '{Path.GetFileName(second)}' is missing", deleted.Output);
    }

    private static string Model(TestFolder folder, ModelFormat format)
    {
        string path = folder.File("model." + format.Extension());
        InProcess.Run("convert", Gguf, path, "--quantized", "blocks").ShouldExitWith(0);
        return path;
    }
}
