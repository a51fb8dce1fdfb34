using System.Text.RegularExpressions;

namespace ModelPack.Codec.Tests.Documentation;

/// <summary>What docs/trust.md claims is shown by the tests that it names.</summary>
[TestClass]
public sealed partial class TrustPageTests
{
    [TestMethod]
    public void Every_test_that_the_page_names_exists()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryData.Repository, "docs", "trust.md"));
        string[] named = [.. TestName().Matches(page).Select(match => match.Groups[1].Value).Distinct()];
        string tests = string.Join(
            '\n', Directory.EnumerateFiles(Path.Combine(RepositoryData.Repository, "tests"), "*Tests.cs", SearchOption.AllDirectories)
                .Select(File.ReadAllText));
        Assert.IsGreaterThan(20, named.Length);
        CollectionAssert.AreEqual(
            Array.Empty<string>(), named.Where(name => !tests.Contains($"public void {name}(", StringComparison.Ordinal)).ToArray());
    }

    [TestMethod]
    public void Every_claim_of_a_table_of_what_cannot_be_done_names_a_test()
    {
        string[] lines = File.ReadAllLines(Path.Combine(RepositoryData.Repository, "docs", "trust.md"));
        int rows = 0;
        for (int i = 0; i < lines.Length; i++)
        {
            bool isClaim = lines[i].StartsWith("| ", StringComparison.Ordinal) && lines.Take(i)
                .LastOrDefault(line => line.EndsWith("| Test |", StringComparison.Ordinal)) is not null;
            if (isClaim && !lines[i].EndsWith("| Test |", StringComparison.Ordinal))
            {
                rows++;
                Assert.IsTrue(TestName().IsMatch(lines[i]), lines[i]);
            }
        }

        Assert.IsGreaterThan(15, rows);
    }

    // A sentence with underscores for spaces.
    [GeneratedRegex("`([A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+){2,})`")]
    private static partial Regex TestName();
}
