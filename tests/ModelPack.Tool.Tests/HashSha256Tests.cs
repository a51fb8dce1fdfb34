namespace ModelPack.Tool.Tests;

/// <summary>Two models of one XXH128, told apart by SHA-256 where it is asked for.</summary>
[TestClass]
public sealed class HashSha256Tests
{
    [TestMethod]
    public void Manifest_with_SHA256_refuses_what_a_manifest_without_takes()
    {
        using TestFolder folder = new();
        (string first, string second) =
            (RepositoryData.Path("cases", "hostile", "collision", "a.gguf"),
                RepositoryData.Path("cases", "hostile", "collision", "b.gguf"));
        InProcess.Run("hash", first, "--write", folder.File("weak")).ShouldExitWith(0);
        InProcess.Run("hash", first, "--sha256", "--write", folder.File("strong")).ShouldExitWith(0);
        InProcess.Run("hash", second, "--check", folder.File("weak")).ShouldExitWith(0);
        InProcess.Run("hash", first, "--check", folder.File("strong")).ShouldExitWith(0);
        ToolResult result = InProcess.Run("hash", second, "--check", folder.File("strong"));
        result.ShouldExitWith(1);
        Assert.Contains("SHA-256", result.Output);
        InProcess.Run("hash", first, "--sha256", "--format", "gguf-hash").ShouldExitWith(2);
    }
}
