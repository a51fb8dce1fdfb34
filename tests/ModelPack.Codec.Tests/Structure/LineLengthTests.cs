using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace ModelPack.Codec.Tests.Structure;

/// <summary>A line has at most 140 columns. A literal may reach beyond them: it means what it is in one piece.</summary>
[TestClass]
public sealed class LineLengthTests
{
    private const int Columns = 140;

    // Two such literals do not fit on one line.
    private const int MostLiteral = 80;

    [TestMethod]
    [DataRow("src")]
    [DataRow("tests")]
    [DataRow("samples")]
    public void A_line_has_at_most_140_columns(string folder)
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(Path.Combine(RepositoryData.Repository, folder), "*.cs", SearchOption.AllDirectories)
                .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "data")),
        ];
        string[] found = [
            .. files.AsParallel().AsOrdered().SelectMany(path => TooLong(File.ReadAllText(path)).Select(line => $"{path}({line})"))];
        Assert.IsEmpty(found, string.Join('\n', found));
    }

    [TestMethod]
    public void A_line_that_is_too_long_is_found_unless_a_literal_makes_it_so()
    {
        string name = new('n', Columns);
        Assert.AreEqual(1, TooLong($"class {name} {{ }}").Single());
        Assert.AreEqual(2, TooLong($"class A {{ }}\n// {name}").Single());
        Assert.IsEmpty(TooLong($"class A {{ string s = \"{name}\"; }}"));
        Assert.IsEmpty(TooLong($"class A {{ string s = \"\"\"\n    {name}\n    \"\"\"; }}"));
    }

    private static IEnumerable<int> TooLong(string text)
    {
        SourceText source = SourceText.From(text);
        TextLine[] lines = [.. source.Lines.Where(line => line.End - line.Start > Columns)];
        if (lines.Length == 0)
        {
            return [];
        }

        SyntaxNode root = CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.Preview)).GetRoot();
        return lines.Where(line => !IsLiteral(root, line)).Select(line => line.LineNumber + 1);
    }

    private static bool IsLiteral(SyntaxNode root, TextLine line) =>
        root.DescendantNodes(line.Span).Any(node => node is LiteralExpressionSyntax or InterpolatedStringExpressionSyntax
            && (node.Span.Length >= MostLiteral || (node.SpanStart < line.Start && node.Span.End > line.Start)));
}
