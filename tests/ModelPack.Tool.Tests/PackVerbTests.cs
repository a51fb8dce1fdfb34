namespace ModelPack.Tool.Tests;

[TestClass]
public sealed class PackVerbTests
{
    private static readonly string Model = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");

    [TestMethod]
    public void A_model_is_packed_and_unpacked_byte_for_byte()
    {
        using TestFolder folder = new();
        ToolResult packed = Pack(folder, "1.0.0");
        Assert.Contains("packages, in the order in which to push them", packed.Output);
        Assert.Contains("Acme.Tiny.Part0001", packed.Output);
        InProcess.Run("unpack", folder.File("feed/Acme.Tiny.1.0.0.nupkg"), folder.File("out")).ShouldExitWith(0);
        CollectionAssert.AreEqual(File.ReadAllBytes(Model), File.ReadAllBytes(folder.File("out/random-qwen2-small-Q4_K_M.gguf")));
        ToolResult again = InProcess.Run("unpack", folder.File("feed/Acme.Tiny.1.0.0.nupkg"), folder.File("out"));
        again.ShouldExitWith(4);
        Assert.Contains("MP6035", again.Error);
    }

    [TestMethod]
    public void A_damaged_part_is_an_error_and_nothing_is_unpacked()
    {
        using TestFolder folder = new();
        Pack(folder, "1.0.0");
        string part = folder.File("feed/Acme.Tiny.Part0002.1.0.0.nupkg");
        byte[] bytes = File.ReadAllBytes(part);
        bytes[1000] ^= 1;
        File.WriteAllBytes(part, bytes);
        ToolResult result = InProcess.Run("unpack", folder.File("feed/Acme.Tiny.1.0.0.nupkg"), folder.File("out"));
        result.ShouldExitWith(1);
        Assert.Contains("MP6006", result.Error);
        Assert.Contains("Acme.Tiny.Part0002 1.0.0, entry modelpack/0002.part", result.Error);
        Assert.IsEmpty(Directory.GetDirectories(folder.Path, "out*"));
    }

    [TestMethod]
    public void A_package_is_an_argument_of_the_verbs_that_read_models()
    {
        using TestFolder folder = new();
        Pack(folder, "1.0.0");
        string package = folder.File("feed/Acme.Tiny.1.0.0.nupkg");
        string[] run = [$"ModelPackStore={folder.File("store")}", "dotnet", ToolProcess.Dll];
        foreach (string[] words in new string[][]
        {
            ["inspect", package], ["validate", package], ["hash", package], ["verify", package, Model], ["diff", Model, package],
            ["convert", package, folder.File("m.apr")],
        })
        {
            ToolResult result = ToolProcess.StartProgram("env", [.. run, .. words], folder.Path).Wait();
            Assert.AreEqual(0, result.ExitCode, string.Join(' ', words) + result.Error);
        }

        ToolResult list = InProcess.Run("store", "list", "--folder", folder.File("store"));
        list.ShouldExitWith(0);
        Assert.Contains("Acme.Tiny", list.Output);
        InProcess.Run("store", "verify", "--folder", folder.File("store")).ShouldExitWith(0);
        string joined = Directory.GetFiles(folder.File("store"), "*.gguf", SearchOption.AllDirectories).Single();
        byte[] bytes = File.ReadAllBytes(joined);
        bytes[^1] ^= 1;
        File.WriteAllBytes(joined, bytes);
        ToolResult damaged = InProcess.Run("store", "verify", "--folder", folder.File("store"));
        damaged.ShouldExitWith(1);
        Assert.Contains("MP6034", damaged.Error);
        InProcess.Run("store", "clear", "--folder", folder.File("store")).ShouldExitWith(0);
        Assert.IsEmpty(Directory.GetFiles(folder.File("store"), "*", SearchOption.AllDirectories));
    }

    [TestMethod]
    public void What_is_no_package_is_an_error()
    {
        using TestFolder folder = new();
        ToolResult result = InProcess.Run("inspect", folder.Write("a.nupkg", "no package"u8));
        result.ShouldExitWith(3);
        Assert.Contains("MP6001", result.Error);
    }

    [TestMethod]
    [DataRow("pack", "m.gguf", "--id", "A")]
    [DataRow("pack", "m.gguf", "--id", "A", "--version", "1.0.0", "--max-package-size", "much")]
    [DataRow("store", "burn")]
    public void What_is_not_understood_is_wrong_usage(params string[] words) => InProcess.Run(words).ShouldExitWith(2);

    private static ToolResult Pack(TestFolder folder, string version)
    {
        ToolResult result = InProcess.Run(
            "pack", Model, "--id", "Acme.Tiny", "--version", version, "--authors", "Acme", "--output", folder.File("feed"),
            "--max-package-size", "300KB");
        result.ShouldExitWith(0);
        return result;
    }
}
