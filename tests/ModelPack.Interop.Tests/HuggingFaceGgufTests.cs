using System.Text.Json.Nodes;
using ModelPack.Formats.Gguf;
using ModelPack.Interop.Tests.Native;
using ModelPack.Models;

namespace ModelPack.Interop.Tests;

/// <summary>The GGUF parser of the Hugging Face Hub, an independent implementation in JavaScript, on every GGUF file that conversions
/// write.</summary>
[TestClass]
public sealed class HuggingFaceGgufTests
{
    public TestContext TestContext { get; set; } = null!;

    [TestMethod]
    public void Every_written_file_is_read_with_the_same_keys_values_and_tensors()
    {
        WrittenFile[] files = [.. WrittenFiles.All.Where(IsReadable)];
        JsonNode[] theirs = Read([.. files.Select(file => file.Path)]);
        List<string> failures = [];
        foreach ((WrittenFile file, JsonNode found) in files.Zip(theirs))
        {
            using GgufFile ours = file.Open();
            JsonNode expected = HuggingFaceExpectation.Describe(ours);
            if (!JsonNode.DeepEquals(expected, found))
            {
                failures.Add($"{file.Made}:\n  here  {Shorten(expected)}\n  there {Shorten(found)}");
            }
        }

        TestContext.WriteLine($"{files.Length} files of {WrittenFiles.All.Count}");
        Assert.HasCount(files.Length, theirs);
        Assert.IsEmpty(failures, string.Join('\n', failures));
        Assert.IsGreaterThan(200, files.Length);
    }

    [TestMethod]
    [DataRow(0x56, "pairs")]
    [DataRow(0x2F, "pairs")]
    [DataRow(0x81, "tensors")]
    [DataRow(0x86, "tensors")]
    [DataRow(0x8E, "tensors")]
    public void A_changed_byte_is_noticed(int offset, string part)
    {
        string tiny = RepositoryData.Path("corpus", "gguf", "valid", "tiny-example.gguf");
        byte[] bytes = File.ReadAllBytes(tiny);
        bytes[offset] ^= 1;
        string path = Path.Combine(WrittenFiles.Folder, $"hub-changed-{offset}.gguf");
        File.WriteAllBytes(path, bytes);
        using var original = (GgufFile)ModelFiles.Open(tiny);
        JsonNode expected = HuggingFaceExpectation.Describe(original);
        JsonNode found = Read([path]).Single();
        Assert.IsFalse(JsonNode.DeepEquals(expected[part], found[part]), found.ToJsonString());
    }

    [TestMethod]
    public void A_broken_file_is_reported_as_an_error()
    {
        string path = Path.Combine(WrittenFiles.Folder, "not-a-model.gguf");
        File.WriteAllText(path, "not a model");
        Assert.IsNotNull(Read([path]).Single()["error"]);
    }

    private static JsonNode[] Read(string[] paths)
    {
        string output = ReferencePrograms.Run("node", Reference.NodeFolder, string.Join('\n', paths), "read-gguf.mjs");
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }

    /// <summary>The parser is asked for little-endian files of the versions 2 and 3, which are all that new files can be.</summary>
    private static bool IsReadable(WrittenFile written)
    {
        using GgufFile file = written.Open();
        return file.ByteOrder == ByteOrder.LittleEndian && file.Version >= 2;
    }

    private static string Shorten(JsonNode node) =>
        node.ToJsonString() is { Length: > 2000 } text ? text[..2000] + "…" : node.ToJsonString();
}
