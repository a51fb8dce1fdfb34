using System.Text.RegularExpressions;
using ModelPack.Codec.Tests.Documentation;

namespace ModelPack.Interop.Tests.Torch;

[TestClass]
public sealed partial class TorchSharpExampleTests
{
    [TestMethod]
    public void The_example_of_the_documentation_is_what_the_tests_run()
    {
        string source = File.ReadAllText(
            Path.Combine(RepositoryData.Repository, "tests", "ModelPack.Interop.Tests", "Torch", "TorchModel.cs"));
        Match shown = Shown().Match(source);
        string code = shown.Groups["code"].Value.Replace("\n" + shown.Groups["indent"].Value, "\n", StringComparison.Ordinal);
        Assert.Contains("load_checkpoint", code);
        GeneratedSection.ShouldBe(
            Path.Combine(RepositoryData.Repository, "docs", "transformers.md"), "torchsharp", $"```csharp\n{code.TrimStart()}```\n");
    }

    [GeneratedRegex(@"^(?<indent> *)#region torchsharp\n(?<code>.*?\n) *#endregion", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Shown();
}
