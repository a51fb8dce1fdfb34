using System.CommandLine;
using System.Text.RegularExpressions;
using ModelPack.Tool.Commands;
using ModelPack.Tool.Help;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Tests;

[TestClass]
public sealed class HelpTests
{
    private static readonly string[] Pages = [
        "", "convert", "verify", "roundtrip", "split", "merge", "edit", "inspect", "validate", "diff", "hash", "pack", "unpack",
        "store", "qa", "apr", "rosetta", "explain", "completion", "help"];

    public static IEnumerable<string> PageNames => Pages;

    [TestMethod]
    [DynamicData(nameof(PageNames))]
    public void A_help_page_is_the_reviewed_text(string verb)
    {
        string snapshot = Path.Combine(
            RepositoryData.Repository, "tests", "ModelPack.Tool.Tests", "Snapshots", $"help{(verb.Length == 0 ? "" : "-")}{verb}.txt");
        ToolResult result = InProcess.Run(verb.Length == 0 ? ["--help"] : [verb, "--help"]);
        result.ShouldExitWith(0);
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(snapshot, result.Output);
        }

        Assert.AreEqual(File.ReadAllText(snapshot), result.Output);
    }

    [TestMethod]
    public void Every_verb_has_a_page_under_test()
    {
        string[] verbs = [.. Root().Subcommands.Select(command => command.Name)];
        CollectionAssert.AreEquivalent(verbs, Pages[1..]);
    }

    [TestMethod]
    public void Help_fits_into_a_hundred_columns()
    {
        foreach (string line in Root().Subcommands.Append(Root()).SelectMany(command => HelpPage.Of(command).Split('\n')))
        {
            Assert.IsLessThanOrEqualTo(100, line.Length, line);
        }
    }

    [TestMethod]
    public void Every_example_of_the_help_is_understood()
    {
        Example[] examples = [.. Root().Subcommands.OfType<Verb>().SelectMany(verb => verb.Examples), .. RootHelp.Examples];
        Assert.IsGreaterThan(10, examples.Length);
        foreach (Example example in examples)
        {
            string[] words = example.CommandLine.Split(" | ")[0].Split(' ');
            CollectionAssert.AreEqual(new[] { "dotnet", "modelpack" }, words[..2], example.CommandLine);
            IReadOnlyList<string> errors = UsageErrors.Of(Root().Parse(words[2..]), words[2..]);
            Assert.IsEmpty(errors, $"{example.CommandLine}: {string.Join(" ", errors)}");
        }
    }

    [TestMethod]
    [DataRow(40)]
    [DataRow(80)]
    [DataRow(100)]
    public void An_example_can_be_copied_from_the_page_whatever_its_width(int width)
    {
        foreach (Command command in Root().Subcommands.Append(Root()))
        {
            string page = HelpPage.Of(command, width);
            string joined = Regex.Replace(page, @" \\\n +", " ");
            foreach (Example example in command is Verb verb ? verb.Examples : RootHelp.Examples)
            {
                Assert.Contains($"\n  {example.CommandLine}\n", joined);
            }

            string examples = page[page.IndexOf("\nExamples:\n", StringComparison.Ordinal)..];
            foreach (string line in examples[..examples.IndexOf("\n\n", 1, StringComparison.Ordinal)].Split('\n').Skip(2))
            {
                Assert.MatchesRegex(@"^(  # |  dotnet modelpack |    )\S", line);
            }
        }
    }

    [TestMethod]
    public void Version_is_that_of_the_package()
    {
        ToolResult result = ToolProcess.Run("--version");
        result.ShouldExitWith(0);
        Assert.MatchesRegex(@"^\d+\.\d+\.\d+(-[\w.]+)?\n$", result.Output);
    }

    [TestMethod]
    [DataRow("dotnet-modelpack con", "convert")]
    [DataRow("dotnet-modelpack convert --quan", "--quantized")]
    [DataRow("dotnet-modelpack convert --quantized bl", "blocks")]
    [DataRow("dotnet-modelpack roundtrip x --via saf", "safetensors")]
    public void Completion_as_the_help_describes_it_suggests(string line, string suggestion)
    {
        ToolResult result = ToolProcess.Run($"[suggest:{line.Length}]", line);
        result.ShouldExitWith(0);
        CollectionAssert.Contains(result.Output.Split('\n'), suggestion, result.Output);
    }

    private static RootCommand Root() => CommandTree.Create(new ToolSession(ToolConsole.Process(), OutputMode.Text));
}
