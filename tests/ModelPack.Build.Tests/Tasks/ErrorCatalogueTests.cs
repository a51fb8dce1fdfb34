using ModelPack.Codec.Diagnostics;

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
    public void The_code_that_the_targets_report_is_that_of_the_catalogue()
    {
        string targets = File.ReadAllText(Path.Combine(RepositoryData.Repository, "build", "ModelPack.Build.targets"));
        Assert.Contains($"Code=\"{BuildErrors.OldHost.Id}\"", targets);
        Assert.AreEqual(1, targets.Split("Code=\"MP").Length - 1);
    }
}
