using System.Collections.Concurrent;
using ModelPack.Diagnostics;

namespace ModelPack.Tool.Tests;

/// <summary>A verb plans a conversion once.</summary>
[TestClass]
public sealed class PlannedOnceTests
{
    [TestMethod]
    [DataRow("convert", "m.apr", "--quantized", "blocks")]
    [DataRow("convert", "m.apr", "--dry-run", "--json")]
    [DataRow("split", "parts", "--max-shard-size", "300KB")]
    public void A_conversion_is_planned_once(string verb, string target, params string[] more)
    {
        using TestFolder folder = new();
        ConcurrentQueue<string> made = MadePlans.Listen();
        ToolResult result = InProcess.Run(
            [verb, RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf"), folder.File(target), .. more]);
        Assert.AreEqual(0, result.ExitCode, result.Error);
        Assert.HasCount(1, made);
    }
}
