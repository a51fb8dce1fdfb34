using System.Text.Json.Nodes;
using ModelPack.Codec.Tests.Checkpoints;
using ModelPack.Codec.Tests.Conversion;
using ModelPack.Formats.Gguf;
using ModelPack.IO;

namespace ModelPack.Codec.Tests.Architectures.Families;

/// <summary>A model of a family that nothing is known of: its tokenizer is known by its own files.</summary>
[TestClass]
public sealed class UnlistedFamilyTests
{
    private const string Prefix = "tokenizer.";

    [TestMethod]
    public void A_model_of_an_unlisted_family_has_the_keys_of_its_tokenizer()
    {
        using TempFolder temp = new();
        string folder = Extracted(temp);
        string[] known = Keys(temp, folder, out _);
        Edit(Path.Combine(folder, "config.json"), config => config["model_type"] = "nobody_knows");
        string[] unlisted = Keys(temp, folder, out Certificate certificate);
        CollectionAssert.AreEqual(known.Select(Name).ToArray(), unlisted.Select(Name).ToArray());
        CollectionAssert.AreEqual(known.Where(IsWhole).ToArray(), unlisted.Where(IsWhole).ToArray());
        Assert.Contains("no rule for the model_type 'nobody_knows'", string.Join('\n', certificate.Notes));
    }

    [TestMethod]
    public void A_tokenizer_of_an_unlisted_family_that_contradicts_itself_is_left_where_it_is_with_a_note()
    {
        using TempFolder temp = new();
        string folder = Extracted(temp);
        Edit(Path.Combine(folder, "config.json"), config => config["model_type"] = "nobody_knows");
        Edit(Path.Combine(folder, "tokenizer.json"), tokenizer => tokenizer["model"]!["vocab"]!.AsObject()["again"] = 0);
        Assert.IsEmpty(Keys(temp, folder, out Certificate certificate));
        Assert.Contains("the tokenizer has no keys", string.Join('\n', certificate.Notes));
    }

    private static string Name(string key) => key.Split(' ')[0];

    // The embedding of a listed family says how many tokens there are; spare ones are filled up.
    private static bool IsWhole(string key) => Name(key) is not ("tokenizer.ggml.tokens" or "tokenizer.ggml.token_type");

    private static string Extracted(TempFolder temp)
    {
        CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", "qwen3-tied" + CheckpointArchive.Ending), temp.Root);
        return temp.At(CheckpointArchive.Folder);
    }

    private static string[] Keys(TempFolder temp, string folder, out Certificate certificate)
    {
        string output = temp.At($"{Guid.NewGuid()}.gguf");
        certificate = Unflushed.Convert(folder, output, ModelFormat.Gguf, new());
        using GgufFile file = GgufFile.Open(new MemoryByteSource(File.ReadAllBytes(output)));
        return
        [
            .. file.Metadata.Where(entry => entry.Key.StartsWith(Prefix, StringComparison.Ordinal))
                .Select(entry => $"{entry.Key} {((GgufValue)entry.Value).Display(1000)}"),
        ];
    }

    private static void Edit(string path, Action<JsonObject> edit)
    {
        JsonObject root = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        edit(root);
        File.WriteAllText(path, root.ToJsonString());
    }
}
