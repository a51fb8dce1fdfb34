using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace ModelPack.Codec.Tests.Documentation;

[TestClass]
public sealed partial class ErrorCatalogTests
{
    [TestMethod]
    public void Every_code_of_the_library_is_in_the_catalogue_once()
    {
        ErrorCode[] declared = [.. Declared()];
        Assert.IsGreaterThan(100, declared.Length);
        CollectionAssert.AreEquivalent(declared.Select(code => code.Id).ToArray(), ErrorCatalog.All.Select(code => code.Id).ToArray());
        Assert.HasCount(ErrorCatalog.All.Count, ErrorCatalog.All.Select(code => code.Id).Distinct());
    }

    [TestMethod]
    public void Every_code_says_what_is_wrong_and_what_to_do()
    {
        foreach (ErrorCode code in ErrorCatalog.All)
        {
            Assert.IsTrue(Id().IsMatch(code.Id), code.Id);
            foreach (string sentence in new[] { code.Summary, code.Remedy })
            {
                Assert.IsTrue(
                    sentence.Length > 10 && sentence.EndsWith('.') && !sentence.Contains("  ", StringComparison.Ordinal),
                    $"{code.Id}: '{sentence}'");
            }
        }
    }

    [TestMethod]
    public void Ids_lie_in_the_range_of_their_folder()
    {
        (string First, string Last, string Folder)[] ranges =
        [
            ("MP1001", "MP1099", "Gguf"), ("MP1101", "MP1199", "Apr"), ("MP1201", "MP1299", "SafeTensors"), ("MP1301", "MP1399", "Set"),
            ("MP2001", "MP2099", "Conversion"), ("MP2101", "MP2199", "Proof"), ("MP2201", "MP2299", "Architectures"),
            ("MP2301", "MP2399", "Architectures/Tokenizers"), ("MP2401", "MP2499", "Models/Building"), ("MP3001", "MP3099", "Conversion"),
        ];
        foreach (ErrorCode code in ErrorCatalog.All)
        {
            int owners = ranges.Count(
                range => string.CompareOrdinal(range.First, code.Id) <= 0 && string.CompareOrdinal(code.Id, range.Last) <= 0);
            Assert.AreEqual(1, owners, code.Id);
        }
    }

    [TestMethod]
    public void The_table_in_the_documentation_is_the_catalogue()
    {
        StringBuilder table = new("| Code | Exit code | Rule | What is wrong | What to do |\n|---|---|---|---|---|\n");
        foreach (ErrorCode code in ErrorCatalog.All)
        {
            string rule = code.Rule.Length == 0 ? "" : $"`{code.Rule}`";
            table.Append(
                CultureInfo.InvariantCulture,
                $"| {code.Id} | {(int)code.Kind + 1} | {rule} | {Cell(code.Summary)} | {Cell(code.Remedy)} |\n");
        }

        GeneratedSection.ShouldBe(Path.Combine(RepositoryData.Repository, "docs", "errors.md"), "errors", table.ToString());
    }

    [TestMethod]
    public void Kinds_have_the_exit_codes_that_the_documentation_gives_them()
    {
        CollectionAssert.AreEqual(
            new[] { ErrorKind.NotProved, ErrorKind.Usage, ErrorKind.InvalidFile, ErrorKind.InputOutput }, Enum.GetValues<ErrorKind>());
    }

    private static IEnumerable<ErrorCode> Declared() =>
        from type in typeof(ErrorCatalog).Assembly.GetTypes()
        from field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
        where field.FieldType == typeof(ErrorCode)
        select (ErrorCode)field.GetValue(null)!;

    private static string Cell(string text) =>
        text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    [GeneratedRegex("^MP[0-9]{4}$")]
    private static partial Regex Id();
}
