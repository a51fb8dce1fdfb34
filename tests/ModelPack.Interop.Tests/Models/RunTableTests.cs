using System.Text;
using ModelPack.Architectures.Families;
using ModelPack.Architectures.Rules;
using ModelPack.Codec.Tests.Documentation;

namespace ModelPack.Interop.Tests.Models;

/// <summary>The table of what llama.cpp was run with.</summary>
[TestClass]
public sealed class RunTableTests
{
    [TestMethod]
    public void The_table_of_runs_lists_the_small_models()
    {
        ILookup<string, TinyModel> run = TinyModels.All.ToLookup(model => model.Names.ModelType);
        StringBuilder table = new("| `model_type` | Architecture in GGUF | small models | compared |\n|---|---|---|---|\n");
        foreach ((string type, string architecture) in ConfigToGguf.ModelTypes.OrderBy(pair => pair.ModelType, StringComparer.Ordinal)
            .Select(pair => (pair.ModelType, pair.Architecture)))
        {
            string models = string.Join(", ", run[type].Select(model => model.Label[..model.Label.LastIndexOf('-')]).Distinct());
            string compared = !run[type].Any() ? "not run" : run[type].All(model => model.IsEncoder) ? "embedding" : "logits";
            table.Append($"| `{type}` | {architecture.Split('+')[0]} | {(models.Length == 0 ? "–" : models)} | {compared} |\n");
        }

        GeneratedSection.ShouldBe(Path.Combine(RepositoryData.Repository, "docs", "architectures.md"), "runs", table.ToString());
    }

    [TestMethod]
    public void Every_small_model_is_of_a_type_that_is_read() =>
        Assert.IsEmpty(
            TinyModels.All.Select(model => model.Names.ModelType).Except(ConfigToGguf.ModelTypes.Select(pair => pair.ModelType)));
}
