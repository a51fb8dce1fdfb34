using System.Net;
using System.Text.RegularExpressions;

namespace ModelPack.Codec.Tests.Documentation;

/// <summary>Examples compile: those of the documentation of members, those of docs/library.md, and what is typed first.</summary>
[TestClass]
public sealed partial class ExampleTests
{
    // Names of files that the pieces of docs/library.md open, and what stands for them here.
    private static readonly Dictionary<string, string> Files = new()
    {
        ["qwen.gguf"] = Models.ModelFixtures.Small,
        ["qwen.apr"] = Models.ModelFixtures.Apr("qwen2-small"),
        ["types.safetensors"] = Models.ModelFixtures.SafeTensors("all_dtypes.safetensors"),
        ["shards"] = Models.ModelFixtures.SafeTensors("sharded_three"),
    };

    public static IEnumerable<object[]> Pieces =>
        CodeBlock().Matches(Library).Select((match, i) => new object[] { i, match.Groups["code"].Value });

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void The_examples_of_members_compile()
    {
        List<(string Name, string Text)> bodies = OfMembers();
        Assert.IsGreaterThan(15, bodies.Count);
        string[] errors = CompiledCode.Errors(bodies);
        Assert.IsEmpty(errors, string.Join('\n', errors));
    }

    [TestMethod]
    public void An_example_that_does_not_compile_is_found() =>
    Assert.HasCount(1, CompiledCode.Errors([CompiledCode.Body("wrong", "Model model = Model.Open(1.5);")]));

    [TestMethod]
    [TestCategory(Duration.Long)]
    [DynamicData(nameof(Pieces))]
    public async Task The_pieces_of_the_library_page_compile_and_run(int piece, string code)
    {
        foreach ((string name, string path) in Files)
        {
            code = code.Replace($"\"{name}\"", $"@\"{path}\"", StringComparison.Ordinal);
        }

        await CompiledCode.RunAsync(CompiledCode.Body($"library.md, piece {piece}", code.Trim()));
    }

    [TestMethod]
    public void What_is_typed_first_compiles_under_the_names_that_exist()
    {
        string text = File.ReadAllText(RepositoryData.Path("cases", "first-guesses.cs"));
        string[] errors = CompiledCode.Errors([("first-guesses.cs", text)]);
        Assert.IsEmpty(errors, string.Join('\n', errors));
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void Each_public_type_has_an_example_that_compiles()
    {
        List<(string, string)> code =
            [.. OfMembers(), .. Pieces.Select(piece => CompiledCode.Body($"piece {piece[0]}", ((string)piece[1]).Trim()))];
        HashSet<string> used = CompiledCode.Used(code).Types;
        string[] without =
            [.. typeof(Model).Assembly.GetExportedTypes().Select(type => type.FullName!).Where(name => !used.Contains(name))];
        Assert.IsEmpty(without, string.Join(' ', without));
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void The_program_that_is_compiled_ahead_of_time_calls_each_public_method()
    {
        string program = File.ReadAllText(Path.Combine(RepositoryData.Repository, "tests", "ModelPack.Aot", "Program.cs"));
        HashSet<string> used = CompiledCode.Used([("Program.cs", program)]).Members;
        string[] unused = [.. PublicMethods().Where(member => !used.Contains(member))];
        Assert.IsEmpty(unused, string.Join('\n', unused));
    }

    private static List<(string Name, string Text)> OfMembers()
    {
        string source = Path.Combine(RepositoryData.Repository, "src", "ModelPack.Codec");
        List<(string Name, string Text)> bodies = [];
        foreach (string path in Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}")))
        {
            string text = File.ReadAllText(path).ReplaceLineEndings("\n");
            foreach (Match match in Example().Matches(text))
            {
                string code = string.Join(
                    '\n', match.Groups["code"].Value.Split('\n').Select(line => DocumentationMark().Replace(line, "")));
                bodies.Add(CompiledCode.Body(Path.GetFileName(path), WebUtility.HtmlDecode(code).Trim()));
            }
        }

        return bodies;
    }

    // What the compiler makes of a record comes with it, and foreach calls GetEnumerator.
    private static IEnumerable<string> PublicMethods()
    {
        Microsoft.CodeAnalysis.IAssemblySymbol library = CompiledCode.Library;
        HashSet<string> names = [.. typeof(Model).Assembly.GetExportedTypes().Select(type => type.FullName!)];
        return names.Select(name => library.GetTypeByMetadataName(name)!)
            .Where(type => type.TypeKind != Microsoft.CodeAnalysis.TypeKind.Enum)
            .SelectMany(type => type.GetMembers())
            .Where(member => member is
            {
                DeclaredAccessibility: Microsoft.CodeAnalysis.Accessibility.Public, IsOverride: false, IsImplicitlyDeclared: false,
                Kind: Microsoft.CodeAnalysis.SymbolKind.Method,
            })
            .Where(member => member is not Microsoft.CodeAnalysis.IMethodSymbol { AssociatedSymbol: not null } && member.Name[0] != '<'
                && !member.Name.StartsWith("op_", StringComparison.Ordinal)
                && member.Name is not (nameof(Equals) or nameof(IEnumerable<int>.GetEnumerator)))
            .Select(member => member.GetDocumentationCommentId()!);
    }

    private static string Library =>
        File.ReadAllText(Path.Combine(RepositoryData.Repository, "docs", "library.md")).ReplaceLineEndings("\n");

    [GeneratedRegex(@"<example>\s*(///)?\s*<code>(?<code>.*?)</code>", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"^\s*/// ?")]
    private static partial Regex DocumentationMark();

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CodeBlock();
}
