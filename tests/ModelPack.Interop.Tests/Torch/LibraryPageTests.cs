using System.Text.RegularExpressions;
using ModelPack.Codec.Tests.Documentation;
using TorchSharp;

namespace ModelPack.Interop.Tests.Torch;

/// <summary>docs/library.md shows how TorchSharp takes a tensor: these lines, which run here.</summary>
[TestClass]
public sealed partial class LibraryPageTests
{
    [TestMethod]
    public void TorchSharp_takes_the_values_with_their_shape()
    {
        TorchLibrary.EnsureLoaded();
        string path = RepositoryData.Path("corpus", "gguf", "models", "random-qwen2-small-Q4_K_M.gguf");
        #region torchsharp
        using Model model = Model.Open(path);
        Tensor embeddings = model.Tensors["token_embd.weight"];
        using torch.Tensor rows = torch.tensor(embeddings.Rows(0, 10).ToSingles()).reshape(10, embeddings.Shape[1]);
        #endregion
        CollectionAssert.AreEqual(new[] { 10, embeddings.Shape[1] }, rows.shape);
        CollectionAssert.AreEqual(embeddings.Rows(0, 10).ToSingles(), rows.data<float>().ToArray());
    }

    [TestMethod]
    public void The_page_shows_what_the_test_runs()
    {
        string source = File.ReadAllText(
            Path.Combine(RepositoryData.Repository, "tests", "ModelPack.Interop.Tests", "Torch", "LibraryPageTests.cs"));
        Match shown = Shown().Match(source);
        string code = shown.Groups["code"].Value.Replace("\n" + shown.Groups["indent"].Value, "\n", StringComparison.Ordinal)
            .Replace("Open(path)", "Open(\"qwen.gguf\")", StringComparison.Ordinal);
        GeneratedSection.ShouldBe(
            Path.Combine(RepositoryData.Repository, "docs", "library.md"), "torchsharp", $"```cs\n{code.TrimStart()}```\n");
    }

    [GeneratedRegex(@"^(?<indent> *)#region torchsharp\n(?<code>.*?\n) *#endregion", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Shown();
}
