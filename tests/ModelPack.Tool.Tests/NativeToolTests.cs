using System.Runtime.InteropServices;

namespace ModelPack.Tool.Tests;

/// <summary>The package for the machine that packs: a native program, installed from a feed, and each verb once.</summary>
[TestClass]
[TestCategory("Long")]
[OSCondition(OperatingSystems.Linux)]
public sealed class NativeToolTests
{
    private static readonly string First = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");

    [TestMethod]
    public void The_package_for_this_machine_holds_a_native_program_in_which_every_verb_works()
    {
        NeededProgram.Require(
            File.Exists("/usr/bin/gcc") || File.Exists("/usr/bin/clang"),
            "there is no C compiler to link with: the package is ready-to-run");

        using TestFolder folder = new();
        string tool = Install(folder);
        CollectionAssert.AreEqual("\u007fELF"u8.ToArray(), File.ReadAllBytes(tool)[..4]);
        Run(tool, folder, "--version").ShouldExitWith(0);
        string[] lines =
        [
            $"convert {First} m.apr", "convert m.apr m/ --to safetensors", "convert m/ m.gguf", $"verify {First} m.gguf --level L3",
            $"validate {First} --sarif v.sarif", $"inspect {First} --stats", $"inspect {First} --html m.html", $"inspect {First} --json",
            $"hash {First} --sha256", $"diff {First} m.apr", $"roundtrip {First} --via apr,safetensors",
            $"split {First} parts --max-shard-size 300KB", "merge parts merged.gguf",
            $"edit {First} e.gguf --set general.name:string=Small",
            $"pack {First} --id My.Model --version 1.0.0 --authors Me --license MIT --output feed",
            "unpack feed/My.Model.1.0.0.nupkg unpacked",
            $"pack {First} --id My.Model --version 1.0.1 --previous feed/My.Model.1.0.0.nupkg --authors Me --license MIT --dry-run",
            "store list --folder store", $"qa run {Playbook()} --model-path {First} --output evidence", "qa report evidence/evidence.json",
            "qa card m.apr.modelpack.json", $"apr validate {First}", $"rosetta fingerprint {First}", "explain MP2307", "explain MP4010",
            "completion fish", "help pack",
        ];
        foreach (string line in lines)
        {
            Run(tool, folder, line).ShouldExitWith(0);
        }

        Assert.AreEqual(File.ReadAllText(Snapshot()), Run(tool, folder, "--help").Output);
        ToolResult nan = Run(tool, folder, $"validate {folder.Write("nan.safetensors", ModelBytes.SafeTensors(1, float.NaN))}");
        nan.ShouldExitWith(1);
        Assert.Contains("error MP2102", nan.Error);
    }

    // Only the packages for this machine: the others take a compiler each.
    private static string Install(TestFolder folder)
    {
        string project = Path.Combine(RepositoryData.Repository, "src", "ModelPack.Tool");
        string platform = $"linux-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
        string[] pack =
        [
            "pack", project, "-c", "Release", "-o", folder.File("feed"), $"-p:ToolPackageRuntimeIdentifiers={platform}",
            "--artifacts-path", folder.File("artifacts"), "-nologo", "-tl:off", "-p:RunAnalyzers=false", "--disable-build-servers",
        ];
        ToolResult packed = ToolProcess.StartProgram("dotnet", pack).Wait(TimeSpan.FromMinutes(20));
        packed.ShouldExitWith(0);
        Assert.DoesNotContain("warning", packed.Output);
        File.WriteAllText(
            folder.File("nuget.config"),
            """
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <packageSources><clear /><add key="local" value="feed" /></packageSources>
            </configuration>
            """);
        ToolProcess.StartProgram("dotnet", ["tool", "install", "ModelPack.Tool", "--tool-path", "tools"], folder.Path).Wait()
            .ShouldExitWith(0);
        return folder.File("tools/dotnet-modelpack");
    }

    private static ToolResult Run(string tool, TestFolder folder, string line) =>
        ToolProcess.StartProgram(tool, line.Split(' '), folder.Path).Wait();

    private static string Snapshot() =>
        Path.Combine(RepositoryData.Repository, "tests", "ModelPack.Tool.Tests", "Snapshots", "help.txt");

    private static string Playbook() =>
        Path.Combine(RepositoryData.Repository, "tests", "data", "playbooks", "small-qwen2-quick.playbook.yaml");
}
