using System.Text.RegularExpressions;

namespace ModelPack.Codec.Tests.Documentation;

/// <summary>A comment that cites a specification points to a page and a section that are there.</summary>
[TestClass]
public sealed partial class CitationTests
{
    private static readonly string Formats = Path.Combine(RepositoryData.Repository, "docs", "formats");

    [TestMethod]
    public void Each_citation_of_the_sources_has_its_section()
    {
        string[] wrong =
        [
            .. Directory.EnumerateFiles(Path.Combine(RepositoryData.Repository, "src"), "*.cs", SearchOption.AllDirectories)
                .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
                .SelectMany(path => Wrong(File.ReadAllText(path)).Select(citation => $"{Path.GetFileName(path)}: {citation}")),
        ];
        Assert.IsEmpty(wrong, string.Join('\n', wrong));
    }

    [TestMethod]
    [DataRow("// see gguf.md §5", 0)]
    [DataRow("// see gguf.md §99", 1)]
    [DataRow("// (hf-companions.md §2.9.2, §1.1)", 0)]
    [DataRow("// (hf-companions.md §2.9.2, §77)", 1)]
    [DataRow("// (nothing.md §1)", 1)]
    public void A_citation_of_nothing_is_found(string comment, int wrong) => Assert.HasCount(wrong, Wrong(comment));

    private static IEnumerable<string> Wrong(string text)
    {
        foreach (Match citation in Citation().Matches(text))
        {
            string page = citation.Groups["page"].Value;
            string path = Path.Combine(Formats, page) is var whole && File.Exists(whole)
                ? whole
                : Path.Combine(Formats, "architectures", page);
            HashSet<string> sections = File.Exists(path) ? Sections(File.ReadAllLines(path)) : [];
            foreach (Capture section in citation.Groups["section"].Captures.Where(section => !sections.Contains(section.Value)))
            {
                yield return $"{page} §{section.Value}";
            }
        }
    }

    // Headings, and the items of a numbered list below one: §2.9.3 is item 3 of §2.9.
    private static HashSet<string> Sections(string[] lines)
    {
        HashSet<string> sections = [];
        string last = "";
        foreach (string line in lines)
        {
            if (Heading().Match(line) is { Success: true } heading)
            {
                sections.Add(last = heading.Groups["number"].Value);
            }
            else if (Item().Match(line) is { Success: true } item && last.Length > 0)
            {
                sections.Add($"{last}.{item.Groups["number"].Value}");
            }
        }

        return sections;
    }

    [GeneratedRegex(@"^(?<number>[0-9]+)\.\s")]
    private static partial Regex Item();

    [GeneratedRegex(@"(?<page>[a-z][a-z0-9-]*\.md)(?:,? §(?<section>[0-9]+(?:\.[0-9]+)*))+")]
    private static partial Regex Citation();

    [GeneratedRegex(@"^#+ (?<number>[0-9]+(?:\.[0-9]+)*)\.?\s")]
    private static partial Regex Heading();
}
