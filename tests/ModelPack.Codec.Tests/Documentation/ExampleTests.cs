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

        (string, string) body = CompiledCode.Body($"library.md, piece {piece}", code.Trim());
        string[] errors = CompiledCode.Errors([body]);
        Assert.IsEmpty(errors, string.Join('\n', errors));
        await CompiledCode.RunAsync(body);
    }

    [TestMethod]
    public void What_is_typed_first_compiles_under_the_names_that_exist()
    {
        string text = File.ReadAllText(RepositoryData.Path("cases", "first-guesses.cs"));
        string[] errors = CompiledCode.Errors([("first-guesses.cs", text)]);
        Assert.IsEmpty(errors, string.Join('\n', errors));
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
