using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ModelPack.Codec.Tests.Structure;

/// <summary>Outcomes are values: no program of this project looks at the letters of a code, or at the words of a message, to find out what
/// happened.</summary>
[TestClass]
public sealed partial class RecognitionTests
{
    private const string Catalogue = "Errors.cs";

    private static readonly HashSet<string> Comparisons =
        ["Contains", "StartsWith", "EndsWith", "IndexOf", "Equals", "CompareOrdinal", "Compare", "IsMatch", "Match", "Split"];

    [TestMethod]
    public void A_code_stands_in_a_catalogue_only()
    {
        string[] found = [.. Sources().SelectMany(source => Codes(source.Name, source.Root))];
        Assert.IsEmpty(found, string.Join('\n', found));
    }

    [TestMethod]
    public void A_message_is_read_by_people_only()
    {
        string[] found = [.. Sources().SelectMany(source => Readings(source.Name, source.Root))];
        Assert.IsEmpty(found, string.Join('\n', found));
    }

    [TestMethod]
    [DataRow("""bool F(ModelPackException e) => e.Code.Id == "MP2009";""")]
    [DataRow("""const string Folder = "MP2009";""")]
    [DataRow("""int F(string code) => code switch { "MP2009" => 1, _ => 0 };""")]
    public void A_code_elsewhere_is_found(string member)
    {
        Assert.AreEqual(1, Codes("A.cs", Parse(member)).Count());
        Assert.IsEmpty(Codes("AErrors.cs", Parse(member)));
    }

    [TestMethod]
    public void A_text_that_speaks_of_a_code_is_none() =>
        Assert.IsEmpty(Codes("A.cs", Parse("""string F() => "dotnet modelpack explain MP2009";""")));

    [TestMethod]
    [DataRow("""bool F(Exception e) => e.Message.Contains("folder");""")]
    [DataRow("""bool F(ModelPackException e) => e.Detail == "no folder";""")]
    [DataRow("""const string No = "no"; bool F(string[] notes) => notes.Any(note => note.StartsWith(No, StringComparison.Ordinal));""")]
    [DataRow("""bool F(Finding finding) => finding.Text is "no folder";""")]
    [DataRow("""bool F(RankedNote note) => note.Text.IndexOf("no folder") >= 0;""")]
    [DataRow("""bool F(Exception e) => e.Message switch { "no folder" => true, _ => false };""")]
    [DataRow("""bool F(Exception e) => e.Message is ['n', ..];""")]
    [DataRow("""bool F(ModelPackException e) => e.Code.Id.StartsWith("MP2");""")]
    [DataRow("""bool F(ModelPackException e) => e.Code.Id is "X";""")]
    [DataRow("""bool F(Exception e) => System.Text.RegularExpressions.Regex.IsMatch(e.Message, "folder");""")]
    public void A_reading_is_found(string member) => Assert.AreEqual(1, Readings("A.cs", Parse(member)).Count());

    [TestMethod]
    [DataRow("""string F(Exception e) => e.Message.TrimEnd('.');""")]
    [DataRow("""bool F(Pattern pattern) => pattern.Text.StartsWith("blk.");""")]
    [DataRow("""bool F(Exception e) => e is { Message: not null };""")]
    [DataRow("""bool F(Difference difference) => difference.Text.Contains(difference.Place);""")]
    public void What_only_shows_a_message_is_none(string member) => Assert.IsEmpty(Readings("A.cs", Parse(member)));

    [GeneratedRegex("^MP[0-9]{4}$")]
    private static partial Regex Code();

    private static SyntaxNode Parse(string member) =>
        CSharpSyntaxTree.ParseText($"class A {{ {member} }}", new CSharpParseOptions(LanguageVersion.Preview)).GetRoot();

    private static IEnumerable<(string Name, SyntaxNode Root)> Sources() =>
        Directory.EnumerateFiles(Path.Combine(RepositoryData.Repository, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"))
            .AsParallel().AsOrdered()
            .Select(path => (path, CSharpSyntaxTree.ParseText(
                File.ReadAllText(path), new CSharpParseOptions(LanguageVersion.Preview)).GetRoot()));

    private static IEnumerable<string> Codes(string name, SyntaxNode root) => name.EndsWith(Catalogue, StringComparison.Ordinal)
        ? []
        : root.DescendantTokens()
            .Where(token => token.Parent is LiteralExpressionSyntax && Code().IsMatch(token.ValueText))
            .Select(token => $"{At(name, token)}: {token.ValueText}");

    // What is compared with something that is the same in every run is recognised; what is compared with a name of the file is not.
    private static IEnumerable<string> Readings(string name, SyntaxNode root)
    {
        HashSet<string> constants = [
            .. root.DescendantNodes().OfType<FieldDeclarationSyntax>().Where(field => field.Modifiers.Any(SyntaxKind.ConstKeyword))
                .SelectMany(field => field.Declaration.Variables).Select(variable => variable.Identifier.Text)];
        bool IsFixed(SyntaxNode? node) => node is LiteralExpressionSyntax literal
            ? literal.IsKind(SyntaxKind.StringLiteralExpression) || literal.IsKind(SyntaxKind.CharacterLiteralExpression)
            : node is IdentifierNameSyntax word ? constants.Contains(word.Identifier.Text)
            : node is PatternSyntax && node.DescendantNodes().Any(inner => IsFixed(inner));

        foreach (SyntaxNode node in root.DescendantNodes())
        {
            bool isReading = node switch
            {
                InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax called } call =>
                    Comparisons.Contains(called.Name.Identifier.Text)
                    && (IsMessage(called.Expression) || call.ArgumentList.Arguments.Any(argument => IsMessage(argument.Expression)))
                    && call.ArgumentList.Arguments.Any(argument => IsFixed(argument.Expression)),
                BinaryExpressionSyntax { RawKind: (int)SyntaxKind.EqualsExpression or (int)SyntaxKind.NotEqualsExpression } equal =>
                    (IsMessage(equal.Left) && IsFixed(equal.Right)) || (IsMessage(equal.Right) && IsFixed(equal.Left)),
                IsPatternExpressionSyntax pattern => IsMessage(pattern.Expression) && IsFixed(pattern.Pattern),
                SwitchExpressionSyntax choice =>
                    IsMessage(choice.GoverningExpression) && choice.Arms.Any(arm => IsFixed(arm.Pattern)),
                SwitchStatementSyntax choice => IsMessage(choice.Expression),
                _ => false,
            };
            if (isReading)
            {
                yield return $"{At(name, node.GetFirstToken())}: {node}";
            }
        }
    }

    private static bool IsMessage(ExpressionSyntax expression) => expression switch
    {
        MemberAccessExpressionSyntax { Name.Identifier.Text: "Message" or "Detail" or "Remedy" or "Summary" } => true,
        MemberAccessExpressionSyntax { Name.Identifier.Text: "Id", Expression: var code } => Last(code) is "Code" or "code",
        MemberAccessExpressionSyntax { Name.Identifier.Text: "Text", Expression: var whose } =>
            Last(whose) is "note" or "odd" or "finding" or "difference" or "warning" or "error",
        IdentifierNameSyntax { Identifier.Text: "note" or "message" or "detail" or "reason" or "problem" or "why" or "remedy" } => true,
        PostfixUnaryExpressionSyntax postfix => IsMessage(postfix.Operand),
        ParenthesizedExpressionSyntax parenthesized => IsMessage(parenthesized.Expression),
        _ => false,
    };

    private static string Last(ExpressionSyntax expression) => expression switch
    {
        MemberAccessExpressionSyntax member => member.Name.Identifier.Text,
        SimpleNameSyntax simple => simple.Identifier.Text,
        _ => "",
    };

    private static string At(string name, SyntaxToken token) =>
        $"{Path.GetFileName(name)}({token.GetLocation().GetLineSpan().StartLinePosition.Line + 1})";
}
