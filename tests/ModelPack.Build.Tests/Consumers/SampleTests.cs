namespace ModelPack.Build.Tests.Consumers;

/// <summary>The samples as a newcomer runs them, in the repository.</summary>
[TestClass]
public sealed class SampleTests
{
    private static string Samples { get; } = Path.Combine(RepositoryData.Repository, "samples");

    [TestMethod]
    public void HelloModel_builds_runs_and_prints_its_proof()
    {
        DotNetResult run = DotNet.Run(Samples, "run", "--project", "HelloModel", "-c", PackedFeed.Configuration).Succeeded();
        Assert.Contains("hello.gguf -> hello.apr: proved at L3", run.Output);
        Assert.Contains("architecture qwen2", run.Output);
        StringAssert.Matches(run.Output, new(@"down_proj\.weight +Q4_K +\[256, 512\]"));
    }

    [TestMethod]
    public void BrokenModel_does_not_build_and_the_error_names_the_tensor()
    {
        DotNetResult result = DotNet.Run(
            Samples, "build", "BrokenModel", "--disable-build-servers", "-tl:off", "-c", PackedFeed.Configuration).Failed();
        Assert.Contains(Path.Combine("BrokenModel", "models", "broken.gguf") + " : error MP2", result.Output);
        Assert.Contains("tensor 'victim'", result.Output);
        Assert.Contains("1 Error(s)", result.Output);
    }

    [TestMethod]
    public void BrokenModel_is_not_part_of_the_solution()
    {
        string solution = File.ReadAllText(Path.Combine(RepositoryData.Repository, "ModelPack.sln"));
        Assert.Contains("HelloModel.csproj", solution);
        Assert.DoesNotContain("BrokenModel", solution);
    }
}
