using ModelPack.Codec.Tests.Documentation;

namespace ModelPack.Build.Tests.Tasks;

[TestClass]
public sealed class ErrorCatalogueTests
{
    [TestMethod]
    public void Codes_are_unique_in_their_range_and_say_what_to_do()
    {
        Assert.AreNotEqual(0, BuildErrors.All.Count);
        Assert.HasCount(BuildErrors.All.Count, BuildErrors.All.Select(code => code.Id).Distinct());
        foreach (ErrorCode code in BuildErrors.All)
        {
            StringAssert.Matches(code.Id, new("^MP40[0-9]{2}$"));
            Assert.EndsWith(".", code.Summary);
            Assert.EndsWith(".", code.Remedy);
        }
    }

    [TestMethod]
    public void Every_code_of_the_class_is_in_the_catalogue()
    {
        int fields = typeof(BuildErrors).GetFields().Count(field => field.FieldType == typeof(ErrorCode));
        Assert.HasCount(fields, BuildErrors.All);
    }

    [TestMethod]
    public void The_table_in_the_documentation_is_the_catalogue()
    {
        string rows = string.Concat(
            BuildErrors.All.Select(
                code => $"| {code.Id} | {code.Summary} | {code.Remedy.Replace("|", "\\|", StringComparison.Ordinal)} |\n"));
        GeneratedSection.ShouldBe(
            Path.Combine(RepositoryData.Repository, "docs", "errors.md"), "build-errors",
            "| Code | What is wrong | What to do |\n|---|---|---|\n" + rows);
    }

    [TestMethod]
    public void The_codes_that_the_targets_report_are_those_of_the_catalogue()
    {
        string targets = File.ReadAllText(Path.Combine(RepositoryData.Repository, "build", "ModelPack.Build.targets"));
        CollectionAssert.AreEquivalent(
            new[] { BuildErrors.OldHost.Id, BuildErrors.WebAssetElsewhere.Id },
            System.Text.RegularExpressions.Regex.Matches(targets, "Code=\"(MP[0-9]{4})\"").Select(match => match.Groups[1].Value)
                .ToArray());
    }
}
