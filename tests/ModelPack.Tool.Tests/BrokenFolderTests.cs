using System.Text.Json.Nodes;

namespace ModelPack.Tool.Tests;

/// <summary>Folders whose companions contradict their tensors, as the command line answers them.</summary>
[TestClass]
public sealed class BrokenFolderTests
{
    [TestMethod]
    [DataRow("hidden_size", 1024, "hidden_size is 1024, but the tensor model.embed_tokens.weight has")]
    [DataRow("num_hidden_layers", 40, "num_hidden_layers is 40, but there are tensors of")]
    [DataRow("vocab_size", 5, "vocab_size is 5, but the tensor model.embed_tokens.weight has")]
    [DataRow("num_key_value_heads", 3, "which num_key_value_heads 3 does not divide")]
    public void A_contradiction_exits_with_3_and_verbatim_names_convert(string field, int value, string message)
    {
        using TestFolder folder = new();
        string path = Model(folder);
        JsonNode config = JsonNode.Parse(File.ReadAllBytes(Path.Combine(path, "config.json")))!;
        config[field] = value;
        File.WriteAllText(Path.Combine(path, "config.json"), config.ToJsonString());
        AssertRefused(folder, path, message);
    }

    [TestMethod]
    public void A_tokenizer_without_a_config_exits_with_3()
    {
        using TestFolder folder = new();
        string path = Model(folder);
        File.Delete(Path.Combine(path, "config.json"));
        AssertRefused(folder, path, "but no config.json");
    }

    [TestMethod]
    public void Two_tokens_with_one_id_exit_with_3()
    {
        using TestFolder folder = new();
        string path = Model(folder);
        string file = Path.Combine(path, "tokenizer.json");
        JsonNode tokenizer = JsonNode.Parse(File.ReadAllBytes(file))!;
        tokenizer["model"]!["vocab"]!["!"] = 1;
        File.WriteAllText(file, tokenizer.ToJsonString());
        AssertRefused(folder, path, "tokenizer.json: id 1 is given to");
    }

    [TestMethod]
    public void A_model_without_a_tower_that_has_a_rule_exits_with_3_and_says_which_have()
    {
        using TestFolder folder = new();
        ToolResult refused = ToolProcess.Run("convert", Model(folder), folder.File("mmproj.gguf"), "--mmproj");
        refused.ShouldExitWith(3);
        Assert.Contains("MP2207", refused.Error);
        Assert.Contains("model_type is 'qwen2', and only these have a rule: gemma3, gemma4", refused.Error);
        Assert.IsFalse(File.Exists(folder.File("mmproj.gguf")));
    }

    [TestMethod]
    public void A_part_that_sees_becomes_a_GGUF_alone()
    {
        using TestFolder folder = new();
        ToolResult refused = ToolProcess.Run("convert", Model(folder), folder.File("mmproj.apr"), "--mmproj");
        refused.ShouldExitWith(2);
        Assert.Contains("MP2412", refused.Error);
    }

    private static string Model(TestFolder folder)
    {
        string path = folder.File("model/");
        string source = RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf");
        ToolProcess.Run("convert", source, path, "--to", "safetensors", "--origin", "none").ShouldExitWith(0);
        return path;
    }

    private static void AssertRefused(TestFolder folder, string path, string message)
    {
        string target = folder.File("out.gguf");
        ToolResult refused = ToolProcess.Run("convert", path, target);
        refused.ShouldExitWith(3);
        Assert.Contains(message, refused.Error);
        Assert.IsFalse(File.Exists(target));
        ToolProcess.Run("convert", path, target, "--naming", "verbatim").ShouldExitWith(0);
    }
}
