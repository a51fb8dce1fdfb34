using System.Text;
using ModelPack.Architectures.Families;
using ModelPack.Architectures.Names;
using ModelPack.Architectures.Rules;

namespace ModelPack.Codec.Tests.Documentation;

[TestClass]
public sealed class ArchitectureTableTests
{
    [TestMethod]
    public void The_table_of_architectures_is_what_the_code_does()
    {
        StringBuilder table = new(
            "| Architecture in GGUF | `model_type` of a folder | tensors: names and values | config.json → GGUF keys | GGUF keys → "
                + "config.json |\n|---|---|---|---|---|\n");
        ILookup<string, string> types = ConfigToGguf.ModelTypes.ToLookup(
            pair => pair.Architecture, pair => pair.ModelType, StringComparer.Ordinal);
        foreach (string architecture in NameTable.Architectures)
        {
            string bare = architecture.Split('+')[0];
            string[] own = [.. types[bare].Where(type => (type == "mixtral") == (architecture != bare))];
            string named = own.Length == 0 ? "–" : string.Join(", ", own.Select(type => $"`{type}`"));
            table.Append(
                $"| {(architecture == bare ? bare : $"{bare} with experts")} | {named} | yes | {(own.Length > 0 ? "yes" : "–")} | "
                    + $"{(ArchitectureRules.Find(bare) is null ? "–" : "yes")} |\n");
        }

        GeneratedSection.ShouldBe(Path.Combine(RepositoryData.Repository, "docs", "architectures.md"), "architectures", table.ToString());
    }

    [TestMethod]
    public void Every_model_type_that_is_read_leads_to_an_architecture_with_names_and_values_and_back()
    {
        foreach ((string type, string architecture) in ConfigToGguf.ModelTypes)
        {
            Assert.IsNotNull(NameTable.For(architecture), type);
            Assert.IsNotNull(ArchitectureRules.Find(architecture), type);
        }
    }
}
