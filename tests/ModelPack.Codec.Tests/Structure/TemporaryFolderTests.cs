namespace ModelPack.Codec.Tests.Structure;

/// <summary>A killed process leaves its temporary folder behind: only that of ScratchFolder is known and removed by the next.</summary>
[TestClass]
public sealed class TemporaryFolderTests
{
    private static readonly string[] Unknown = ["CreateTempSubdirectory", "GetTempFileName"];

    [TestMethod]
    public void Every_temporary_folder_is_one_that_the_next_process_removes()
    {
        string[] found = [
            .. Directory.EnumerateFiles(Path.Combine(RepositoryData.Repository, "src"), "*.cs", SearchOption.AllDirectories)
                .Where(file => !file.Split(Path.DirectorySeparatorChar).Contains("obj"))
                .Where(file => File.ReadAllText(file) is var text && Unknown.Any(call => text.Contains(call, StringComparison.Ordinal)))];
        Assert.IsEmpty(found, string.Join('\n', found));
    }
}
