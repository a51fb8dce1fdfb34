using System.Text.RegularExpressions;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Tests;

/// <summary>What verbs print on terminals of several widths: no line is wider, and no word is broken.</summary>
[TestClass]
public sealed partial class WidthTests
{
    private static readonly string First = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");
    private static readonly string Second = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q8_0.gguf");

    public static IEnumerable<object[]> Lines() =>
        from width in new[] { 80, 120, 200 }
        from line in new[]
        {
            "inspect A", "inspect A --stats", "inspect A --stats --tensors", "inspect A --layers", "inspect A --sort size --tensors",
            "inspect A --key tokenizer.ggml.tokens", "validate A", "verify A B", "verify A B --epsilon 1e-3", "diff A B",
            "convert A OUT/m.apr", "convert A OUT/m.apr --dry-run", "convert A OUT/m/ --to safetensors", "roundtrip A --via apr",
            "split A OUT/parts --max-shard-size 300KB", "edit A OUT/e.gguf --set general.name:string=Small",
            "pack A --id My.Model --version 1.0.0 --authors Me --license MIT --output OUT/feed", "explain MP2307", "explain MP4010", "help",
            "help convert", "help qa", "--help", "frob", "convert A", "apr --help", "inspect NONE",
        }
        select new object[] { line, width };

    [TestMethod]
    [DynamicData(nameof(Lines))]
    public void No_line_is_wider_than_the_terminal_and_no_word_is_broken(string line, int width)
    {
        using TestFolder folder = new();
        ToolResult wide = Run(folder, line, int.MaxValue);
        ToolResult result = Run(folder, line, width);
        Assert.AreEqual(wide.ExitCode, result.ExitCode);
        HashSet<string> words =
            [.. Words(wide.Output), .. Words(wide.Error), .. Words("(offset: (element: on a wider terminal, or with --json)")];
        foreach (string shown in (result.Output + result.Error).Split('\n'))
        {
            Assert.IsTrue(shown.Length <= width || shown.Trim().Split(' ').Length == 1, $"{shown.Length} columns: {shown}");
            foreach (string word in Words(shown))
            {
                Assert.Contains(word, words);
            }
        }
    }

    [TestMethod]
    [DataRow("hash A")]
    [DataRow("hash A --format gguf-hash")]
    [DataRow("completion bash")]
    [DataRow("completion powershell")]
    public void Lines_that_are_copied_to_a_program_are_whole_on_every_terminal(string line)
    {
        using TestFolder folder = new();
        Assert.AreEqual(Run(folder, line, int.MaxValue).Output, Run(folder, line, 80).Output);
    }

    [TestMethod]
    public void A_table_of_a_narrow_terminal_has_every_cell_in_its_column()
    {
        Column[] columns = [new("name"), new("type"), new("least", ColumnAlign.Right), new("most", ColumnAlign.Right)];
        string[][] rows = [["first.weight", "F32", "1", "22"], ["b", "Q4_K", "333", "4"]];
        Assert.AreEqual(
            "  name          type  least  most\n  first.weight  F32       1    22\n  b             Q4_K    333     4",
            Table(columns, rows, 34));
        Assert.AreEqual(
            "  name          type\n    least  most\n  first.weight  F32\n        1    22\n  b             Q4_K\n      333     4",
            Table(columns, rows, 24));
    }

    [TestMethod]
    public void A_spare_column_goes_first_and_is_named()
    {
        Column[] columns = [new("name"), new("bytes", ColumnAlign.Right), new("offset", ColumnAlign.Right, IsSpare: true)];
        string[][] rows = [["first.weight", "1,024", "123,456"]];
        Assert.AreEqual(
            "  name          bytes\n  first.weight  1,024\n  (offset: on a wider terminal, or with --json)", Table(columns, rows, 28));
        Assert.DoesNotContain("wider", Table(columns, rows, 30));
    }

    [TestMethod]
    public void A_last_column_of_text_is_broken_between_words_within_its_column()
    {
        Column[] columns = [new("key"), new("value")];
        string[][] rows = [["a.key", "one two three four five six seven"], ["b", new string('x', 30)]];
        Assert.AreEqual(
            "  key    value\n  a.key  one two three four five\n         six seven\n  b\n    " + new string('x', 30),
            Table(columns, rows, 34));
    }

    [TestMethod]
    public void A_word_that_is_too_long_for_the_column_of_values_stands_further_left() => Assert.AreEqual(
        $"  model\n    sha256:{new string('a', 64)}\n",
        new Screen(80, false).Show($"  model        sha256:{new string('a', 64)}\n", Verdict.None));

    private static string Table(Column[] columns, string[][] rows, int width) =>
        string.Join('\n', new TableLayout(columns, rows, width).Lines());

    private static ToolResult Run(TestFolder folder, string line, int width)
    {
        string output = folder.File($"{width}");
        Directory.CreateDirectory(output);
        string[] args = [.. line.Split(' ').Select(word => word switch
        {
            "A" => First,
            "B" => Second,
            _ => word.Replace("OUT", output, StringComparison.Ordinal),
        })];
        Screen screen = new(width, false);
        using StringWriter text = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        int exitCode = ToolProgram.Run(args, new ToolConsole(() => Stream.Null, text, error) { Screen = screen, ErrorScreen = screen });
        return new(exitCode, Even(text), Even(error));

        string Even(StringWriter written) => Times().Replace(written.ToString(), "").Replace(output, "/out", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Words(string text) => text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);

    // A conversion takes another time each time.
    [GeneratedRegex(@"(?m)^  time .*\n")]
    private static partial Regex Times();
}
