namespace ModelPack.Tool.Tests;

/// <summary>The packed tool, installed from a local feed and used away from the repository.</summary>
[TestClass]
public sealed class PackageTests
{
    private static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    [TestMethod]
    public void The_packed_tool_installs_and_converts()
    {
        using TestFolder folder = new();
        string project = Path.Combine(RepositoryData.Repository, "src", "ModelPack.Tool");
        Dotnet(RepositoryData.Repository, "pack", project, "--no-build", "-c", Configuration, "-o", folder.File("feed"));
        string package = Path.GetFileName(
            Directory.GetFiles(folder.File("feed"), "ModelPack.Tool.*.nupkg").Single(name => !name.Contains(".symbols.")));
        string version = package["ModelPack.Tool.".Length..^".nupkg".Length];
        File.WriteAllText(
            folder.File("nuget.config"),
            """<configuration><packageSources><clear /><add key="local" value="feed" /></packageSources></configuration>""");
        Dotnet(folder.Path, "tool", "install", "ModelPack.Tool", "--tool-path", "tools", "--version", version, "--no-cache");

        string tool = folder.File("tools/dotnet-modelpack");
        ToolResult shown = ToolProcess.StartProgram(tool, ["--version"], folder.Path).Wait();
        shown.ShouldExitWith(0);
        Assert.AreEqual(version, shown.Output.Trim());

        string source = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q8_0.gguf");
        ToolProcess.StartProgram(tool, ["convert", source, "m.apr"], folder.Path).Wait().ShouldExitWith(0);
        ToolProcess.StartProgram(tool, ["verify", source, "m.apr"], folder.Path).Wait().ShouldExitWith(0);

        // A global tool is a word of the dotnet command itself.
        ToolResult word = ToolProcess.RunProgram(
            "sh", "-c", $"PATH='{folder.File("tools")}':$PATH dotnet modelpack inspect '{folder.File("m.apr")}'");
        word.ShouldExitWith(0);
        Assert.Contains("APR", word.Output);
    }

    private static void Dotnet(string folder, params string[] args) =>
        ToolProcess.StartProgram("dotnet", args, folder).Wait().ShouldExitWith(0);
}
