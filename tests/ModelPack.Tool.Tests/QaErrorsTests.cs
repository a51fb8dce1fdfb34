using System.Globalization;
using ModelPack.Codec.Tests.Documentation;
using ModelPack.Qa;

namespace ModelPack.Tool.Tests;

/// <summary>The errors of playbooks, gates and engines.</summary>
[TestClass]
public sealed class QaErrorsTests
{
    [TestMethod]
    public void Codes_are_unique_in_their_range_and_all_are_listed()
    {
        Assert.HasCount(QaErrors.All.Count, QaErrors.All.Select(code => code.Id).Distinct());
        Assert.HasCount(typeof(QaErrors).GetFields().Count(field => field.FieldType == typeof(ErrorCode)), QaErrors.All);
        foreach (ErrorCode code in QaErrors.All)
        {
            Assert.MatchesRegex("^MP70[0-9]{2}$", code.Id);
            Assert.EndsWith(".", code.Summary);
            Assert.EndsWith(".", code.Remedy);
        }
    }

    [TestMethod]
    public void The_table_in_the_documentation_is_the_catalogue()
    {
        string rows = string.Concat(
            QaErrors.All.Select(
                code => string.Create(CultureInfo.InvariantCulture, $"| {code.Id} | {code.Summary} | {code.Remedy} |\n")));
        GeneratedSection.ShouldBe(
            Path.Combine(RepositoryData.Repository, "docs", "errors.md"), "qa-errors",
            "| Code | What is wrong | What to do |\n|---|---|---|\n" + rows);
    }
}
