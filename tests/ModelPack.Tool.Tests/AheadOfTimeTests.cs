using System.Runtime.InteropServices;

namespace ModelPack.Tool.Tests;

/// <summary>The library in a program that is compiled ahead of time.</summary>
[TestClass]
public sealed class AheadOfTimeTests
{
    [TestMethod]
    public void A_program_that_uses_the_whole_door_says_the_same_ahead_of_time()
    {
        using TestFolder folder = new();
        string project = Path.Combine(RepositoryData.Repository, "tests", "ModelPack.Aot", "ModelPack.Aot.csproj");
        string published = folder.File("published");
        ToolResult publish = ToolProcess.RunProgram(
            "dotnet", "publish", project, "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "-o", published, "--artifacts-path",
            folder.File("artifacts"), "-nologo", "-tl:off", "-p:RunAnalyzers=false", "--disable-build-servers");
        publish.ShouldExitWith(0);
        Assert.DoesNotContain("warning", publish.Output);

        string source = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");
        string name = "ModelPack.Aot";
        ToolResult compiled = ToolProcess.RunProgram(
            Path.Combine(published, name), source, Directory.CreateDirectory(folder.File("a")).FullName);
        ToolResult jitted = ToolProcess.RunProgram(
            "dotnet", Path.Combine(AppContext.BaseDirectory, $"{name}.dll"), source, Directory.CreateDirectory(folder.File("b")).FullName);
        jitted.ShouldExitWith(0);
        compiled.ShouldExitWith(0);
        Assert.Contains("proof: ", jitted.Output);
        Assert.AreEqual(jitted.Output, compiled.Output);
    }
}
