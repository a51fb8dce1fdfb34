namespace ModelPack.Tool.Tests;

/// <summary>The verbs <c>roundtrip</c>, <c>split</c> and <c>merge</c> on what was converted before.</summary>
[TestClass]
public sealed class RoundTripVerbTests
{
    [TestMethod]
    public void A_file_that_was_made_of_a_folder_goes_round_through_that_folder()
    {
        using TestFolder folder = new();
        InProcess.Run("convert", RepositoryData.Path("cases", "file-of-a-folder", "model"), folder.File("m.gguf")).ShouldExitWith(0);
        ToolResult result = InProcess.Run("roundtrip", folder.File("m.gguf"), "--via", "apr,safetensors");
        result.ShouldExitWith(0);
        Assert.StartsWith("identical: ", result.Output);
    }

    [TestMethod]
    public void Parts_of_a_file_that_was_made_of_a_folder_have_its_keys_and_so_has_the_merged_file()
    {
        using TestFolder folder = new();
        string model = RepositoryData.Path("cases", "file-of-a-folder", "model");
        InProcess.Run("convert", model, folder.File("m.gguf")).ShouldExitWith(0);
        ToolResult split = InProcess.Run("split", folder.File("m.gguf"), folder.File("parts"), "--max-shard-size", "20KB");
        split.ShouldExitWith(0);
        Assert.DoesNotContain("block_count", split.Output);
        InProcess.Run("convert", model, folder.File("more/"), "--to", "gguf", "--max-shard-size", "20KB").ShouldExitWith(0);
        ToolResult merged = InProcess.Run("merge", folder.File("more"), folder.File("one.gguf"));
        merged.ShouldExitWith(0);
        Assert.DoesNotContain("block_count", merged.Output);
        Assert.Contains("llama.block_count", InProcess.Run("inspect", folder.File("one.gguf")).Output);
    }

    [TestMethod]
    public void A_folder_whose_config_contradicts_its_tensors_is_split_all_the_same()
    {
        using TestFolder folder = new();
        Directory.CreateDirectory(folder.File("model"));
        foreach (string file in Directory.GetFiles(RepositoryData.Path("cases", "file-of-a-folder", "model")))
        {
            File.Copy(file, folder.File($"model/{Path.GetFileName(file)}"));
        }

        string config = folder.File("model/config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"hidden_size\"", "\"hidden_size\": 48, \"other\""));
        InProcess.Run("convert", folder.File("model"), folder.File("m.gguf")).ShouldExitWith(3);
        InProcess.Run("split", folder.File("model"), folder.File("parts"), "--max-shard-size", "20KB").ShouldExitWith(0);
    }
}
