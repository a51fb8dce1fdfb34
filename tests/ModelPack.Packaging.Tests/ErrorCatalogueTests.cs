using ModelPack.Codec.Tests.Documentation;

namespace ModelPack.Packaging.Tests;

[TestClass]
public sealed class ErrorCatalogueTests
{
    [TestMethod]
    public void Codes_are_unique_in_their_range_and_say_what_to_do()
    {
        Assert.HasCount(PackagingErrors.All.Count, PackagingErrors.All.Select(code => code.Id).Distinct());
        foreach (ErrorCode code in PackagingErrors.All)
        {
            StringAssert.Matches(code.Id, new("^MP60[0-9]{2}$"));
            Assert.EndsWith(".", code.Summary);
            Assert.EndsWith(".", code.Remedy);
        }
    }

    [TestMethod]
    public void Every_code_of_the_class_is_in_the_catalogue() =>
        Assert.HasCount(
            typeof(PackagingErrors).GetFields().Count(field => field.FieldType == typeof(ErrorCode)), PackagingErrors.All);

    [TestMethod]
    public void The_table_in_the_documentation_is_the_catalogue()
    {
        string rows = string.Concat(
            PackagingErrors.All.Select(
                code => $"| {code.Id} | {(int)code.Kind + 1} |  | {code.Summary} | "
                    + $"{code.Remedy.Replace("|", "\\|", StringComparison.Ordinal)} |\n"));
        GeneratedSection.ShouldBe(
            Path.Combine(RepositoryData.Repository, "docs", "errors.md"), "packaging-errors",
            "| Code | Exit code | Rule | What is wrong | What to do |\n|---|---|---|---|---|\n" + rows);
    }
}
