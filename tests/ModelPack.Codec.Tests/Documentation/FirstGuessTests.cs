using System.Text.RegularExpressions;

namespace ModelPack.Codec.Tests.Documentation;

/// <summary>
/// What a developer types first who reads models with the library (cases/first-guesses-as-typed.cs): which guesses are right, and that
/// docs/library.md names the member of all others.
/// </summary>
[TestClass]
public sealed partial class FirstGuessTests
{
    private const string Usings =
        "using ModelPack.Formats.Apr;\nusing ModelPack.Formats.Gguf;\nusing ModelPack.Formats.SafeTensors;\n";

    // The guesses call the door by the names of five types. It is one type here, and members are what is guessed.
    private static readonly (string Guessed, string Meant)[] Doors =
    [
        ("ModelFile ", "Model "), ("ModelFile.Open", "Model.Open"), ("ModelFiles.Open", "Model.Open"), ("GgufFile.Open", "Model.Open"),
        ("SafeTensorsFile.Open", "Model.Open"), ("TensorInfo ", "Tensor "),
    ];

    // Guesses whose member has the very name. A line that leaves this list was renamed; one that can join it does.
    private static readonly string[] Right =
    [
        "OpenPath", "OpenPath2", "OpenGgufPath", "OpenStPath", "OpenStream", "OpenAsync", "OpenBytes", "OpenSource", "IndexByName",
        "OpenRead", "Rows", "Decode", "Meta", "MetaS", "MetaSA", "ChatTemplate", "C1", "C2", "C3", "C4", "V1", "V2", "V3", "V4", "V5",
        "H1", "H2", "S1", "MM", "Size", "Err", "Side", "StVal", "StMeta", "AprMeta",
    ];

    private static readonly (string Name, string Line)[] Guesses =
    [
        .. File.ReadAllLines(RepositoryData.Path("cases", "first-guesses-as-typed.cs"))
            .Where(line => line.StartsWith(" static ", StringComparison.Ordinal))
            .Select(line => (NameOf().Match(line).Groups["name"].Value, line)),
    ];

    [TestMethod]
    public void These_guesses_compile_as_they_were_typed()
    {
        Assert.HasCount(55, Guesses);
        Assert.IsGreaterThanOrEqualTo(35, Right.Length);
        HashSet<string> wrong = [.. CompiledCode.Errors(Guesses.Select(guess => (guess.Name, Code(guess.Name, guess.Line)))).Select(
            error => error[..error.IndexOf(':', StringComparison.Ordinal)])];
        string[] found = [.. Guesses.Select(guess => guess.Name).Where(name => !wrong.Contains(name))];
        CollectionAssert.AreEqual(Right, found, string.Join(' ', found));
    }

    [TestMethod]
    public void Every_guess_has_a_line_under_the_name_that_exists()
    {
        string text = File.ReadAllText(RepositoryData.Path("cases", "first-guesses.cs"));
        string[] missing = [.. Guesses.Select(guess => guess.Name).Where(name => !Regex.IsMatch(text, $@"\b{name}\("))];
        Assert.IsEmpty(missing, string.Join(' ', missing));
    }

    [TestMethod]
    public void Each_row_of_the_table_names_members_that_exist()
    {
        string page = File.ReadAllText(Path.Combine(RepositoryData.Repository, "docs", "library.md")).ReplaceLineEndings("\n");
        string table = page[page.IndexOf("| First guess |", StringComparison.Ordinal)..];
        HashSet<string> members =
        [
            .. typeof(Model).Assembly.GetExportedTypes().SelectMany(
                type => type.GetMembers().Select(member => member.Name).Append(type.Name)),
        ];
        string[] rows = [.. table.Split('\n').Skip(2).Where(row => row.StartsWith('|'))];
        Assert.IsGreaterThan(25, rows.Length);
        foreach (string row in rows)
        {
            string meant = row.Split(" | ")[1];
            foreach (Match call in Member().Matches(meant))
            {
                string name = call.Groups["name"].Value;
                Assert.IsTrue(members.Contains(name) || Platform.Contains(name), $"'{name}' in: {row}");
            }
        }
    }

    // What a row names beside this library: the platform's tensors, and metadata of a list.
    private static HashSet<string> Platform { get; } = ["Create", "Numerics", "Tensors", "Tensor"];

    private static string Code(string name, string line)
    {
        foreach ((string guessed, string meant) in Doors)
        {
            // A SafeTensors or GGUF file in a parameter is that file.
            line = line.Replace(guessed, meant, StringComparison.Ordinal);
        }

        return $"{Usings}static class Of{name} {{\n{line}\n}}";
    }

    [GeneratedRegex(@"(?<name>\w+)\(")]
    private static partial Regex NameOf();

    [GeneratedRegex(@"\.(?<name>[A-Z]\w+)")]
    private static partial Regex Member();
}
