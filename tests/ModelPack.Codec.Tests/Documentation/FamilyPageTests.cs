using System.Text.RegularExpressions;

namespace ModelPack.Codec.Tests.Documentation;

/// <summary>docs/families.md says what each field of a family's file means.</summary>
[TestClass]
public sealed partial class FamilyPageTests
{
    private static readonly string[] Readers =
    [
        "Families/ConfigPartReader.cs", "Families/FamilyReader.cs", "Names/FamilyFile.cs", "Names/NameTableReader.cs", "Names/CutRows.cs",
    ];

    /// <summary>Fields of hf-names.json as a whole, of which a family's file is a part.</summary>
    private static readonly string[] OfTheTable = ["architectures"];

    [TestMethod]
    public void Every_field_that_is_read_stands_in_the_page()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryData.Repository, "docs", "families.md"));
        string[] fields = [.. Readers.SelectMany(Fields).Distinct(StringComparer.Ordinal).Except(OfTheTable)];
        Assert.IsGreaterThan(80, fields.Length);
        Assert.IsEmpty(fields.Where(field => !page.Contains($"`{field}`") && !page.Contains($"\"{field}\"")));
    }

    private static IEnumerable<string> Fields(string reader)
    {
        string folder = Path.Combine(RepositoryData.Repository, "src", "ModelPack.Codec", "Architectures");
        string code = File.ReadAllText(Path.Combine([folder, .. reader.Split('/')]));
        return Asked().Matches(code).Select(match => match.Groups["field"].Value)
            .Concat(Case().Matches(code).SelectMany(match => match.Groups["field"].Captures.Select(capture => capture.Value)))
            .Where(field => !Transform().IsMatch(field));
    }

    // A field that is asked for by its name.
    [GeneratedRegex("""\b(Texts?|Number|Single|Flag|Optional|Items|Pairs|Numbers|Names|TryGetProperty|GetProperty)\(([\w.]+, )?"(?<field>\w+)["]""")]
    private static partial Regex Asked();

    // A line's first field, or a word that a field may hold.
    [GeneratedRegex("""^\s*"(?<field>\w+)"( or "(?<field>\w+)")* =>""", RegexOptions.Multiline)]
    private static partial Regex Case();

    [GeneratedRegex("^T[0-9]+$")]
    private static partial Regex Transform();
}
