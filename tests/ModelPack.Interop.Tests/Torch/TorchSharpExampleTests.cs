using ModelPack.Codec.Tests.Documentation;

namespace ModelPack.Interop.Tests.Torch;

[TestClass]
public sealed class TorchSharpExampleTests
{
    [TestMethod]
    public void The_example_of_the_documentation_is_what_the_tests_run()
    {
        string code = ShownCode.Region("torchsharp", "tests", "ModelPack.Interop.Tests", "Torch", "TorchModel.cs");
        Assert.Contains("load_checkpoint", code);
        GeneratedSection.ShouldBe(
            Path.Combine(RepositoryData.Repository, "docs", "transformers.md"), "torchsharp", $"```csharp\n{code}```\n");
    }
}
