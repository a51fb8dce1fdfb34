using System.Text.Json;

namespace ModelPack.Tool.Tests;

/// <summary><c>convert --dry-run</c></summary>
[TestClass]
public sealed class DryRunTests
{
    private static readonly string Gguf = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");

    [TestMethod]
    public void The_plan_lists_every_tensor_and_nothing_is_written()
    {
        using TestFolder folder = new();
        ToolResult result = ToolProcess.Run("convert", Gguf, folder.File("m.safetensors"), "--dry-run");
        result.ShouldExitWith(0);
        Assert.IsEmpty(folder.Names);
        Assert.StartsWith(
            $"random-qwen2-small-Q4_K_M.gguf -> {folder.File("m.safetensors")}: planned, nothing was written\n", result.Output);
        Assert.MatchesRegex(
            @"(?m)^  blk\.0\.attn_q\.weight +model\.layers\.0\.self_attn\.q_proj\.weight +Q4_K +F32 +widen +[\d,]+$", result.Output);
        Assert.MatchesRegex(@"(?m)^  blk\.0\.attn_norm\.weight +\S+ +F32 +F32 +copy +[\d,]+$", result.Output);
        Assert.Contains("\nnotes\n", result.Output);
    }

    [TestMethod]
    public void The_plan_as_json_agrees_with_the_conversion_that_follows()
    {
        using TestFolder folder = new();
        string[] words = ["convert", Gguf, folder.File("shards/"), "--to", "safetensors", "--max-shard-size", "500KB", "--json"];
        ToolResult planned = ToolProcess.Run([.. words, "--dry-run"]);
        planned.ShouldExitWith(0);
        Assert.IsEmpty(folder.Names);
        ToolResult done = ToolProcess.Run(words);
        done.ShouldExitWith(0);

        using JsonDocument plan = JsonDocument.Parse(planned.Output);
        using JsonDocument document = JsonDocument.Parse(done.Output);
        JsonElement certificate = document.RootElement.GetProperty("certificate");
        Assert.AreEqual("plan", plan.RootElement.GetProperty("kind").GetString());
        Assert.AreEqual(
            certificate.GetProperty("output").GetProperty("bytes").GetInt64(), plan.RootElement.GetProperty("outputBytes").GetInt64());
        CollectionAssert.AreEqual(
            Names(certificate.GetProperty("output").GetProperty("parts")), Names(plan.RootElement.GetProperty("files")));
        CollectionAssert.AreEqual(Names(certificate.GetProperty("tensors")), Names(plan.RootElement.GetProperty("tensors")));
        Assert.IsGreaterThan(20, plan.RootElement.GetProperty("tensors").GetArrayLength());
    }

    [TestMethod]
    public void What_would_be_refused_is_refused()
    {
        using TestFolder folder = new();
        folder.Write("m.apr", "keep me"u8);
        ToolResult exists = ToolProcess.Run("convert", Gguf, folder.File("m.apr"), "--dry-run");
        exists.ShouldExitWith(4);
        Assert.Contains("error MP3001", exists.Error);
        ToolProcess.Run("convert", Gguf, folder.File("m.apr"), "--dry-run", "--force").ShouldExitWith(0);
        Assert.AreEqual("keep me", File.ReadAllText(folder.File("m.apr")));
        ToolProcess.Run("convert", folder.File("absent.gguf"), folder.File("x.apr"), "--dry-run").ShouldExitWith(4);
    }

    private static string[] Names(JsonElement list) => [.. list.EnumerateArray().Select(entry => entry.GetProperty("name").GetString()!)];
}
