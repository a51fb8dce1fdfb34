using ModelPack.IO;

namespace ModelPack.Codec.Tests.IO;

[TestClass]
public sealed class SpentMemoryTests
{
    [TestMethod]
    public void Memory_of_a_host_is_not_collected() => Assert.IsFalse(SpentMemory.IsGivenBack);

    [TestMethod]
    public void The_tool_says_that_its_process_is_its_own()
    {
        string project = File.ReadAllText(Path.Combine(RepositoryData.Repository, "src", "ModelPack.Tool", "ModelPack.Tool.csproj"));
        Assert.Contains("<RuntimeHostConfigurationOption Include=\"ModelPack.OwnProcess\" Value=\"true\" />", project);
    }
}
