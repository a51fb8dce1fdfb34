using ModelPack.Tool.Output;
using ModelPack.Tool.Output.Text;

namespace ModelPack.Tool.Tests;

/// <summary>How a report is shown.</summary>
[TestClass]
public sealed class ScreenTests
{
    [TestMethod]
    public void A_pipe_gets_the_text_as_it_is() => Assert.AreEqual("equal\n", Screen.None.Show("equal\n", Verdict.Good));

    [TestMethod]
    [DataRow("Good", "\u001b[32mequal\u001b[0m\n  tensors\n")]
    [DataRow("Bad", "\u001b[31mequal\u001b[0m\n  tensors\n")]
    [DataRow("None", "equal\n  tensors\n")]
    public void The_first_line_has_the_colour_of_the_verdict(string verdict, string shown) =>
        Assert.AreEqual(shown, new Screen(80, true).Show("equal\n  tensors\n", Enum.Parse<Verdict>(verdict)));

    [TestMethod]
    public void Lines_are_broken_between_words_below_their_value_and_names_never()
    {
        string name = new('n', 90);
        string text = $"  notes        {string.Join(' ', Enumerable.Repeat("word", 30))} {name}\n";
        string[] lines = new Screen(80, false).Show(text, Verdict.None).TrimEnd('\n').Split('\n');
        Assert.HasCount(4, lines);
        Assert.IsTrue(lines[..3].All(line => line.Length <= 80));
        Assert.IsTrue(lines[1..].All(line => line.StartsWith(new string(' ', 15) + "w") || line.EndsWith(name)));
        Assert.AreEqual(text.Trim(), string.Join(' ', lines.Select(line => line.Trim())));
    }

    [TestMethod]
    public void What_holds_for_many_layers_is_said_once()
    {
        string[] found = [.. new[] { 0, 1, 2, 5, 10 }.Select(layer => $"blk.{layer}.attn_q.weight: odd, see blk.{layer}.x"), "output: odd"];
        string[] said = [.. LayerGroups.Of(found, text => text).Select(group => group.Text)];
        CollectionAssert.AreEqual(new[]
        {
            "blk.{0-2,5,10}.attn_q.weight: odd, see blk.{0-2,5,10}.x", "output: odd",
        }, said);
    }
}
