using ModelPack.Diagnostics;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Tests;

[TestClass]
public sealed class TextTests
{
    [TestMethod]
    [DataRow("blk.0.attn_q.weight", "blk.0.attn_q.weight")]
    [DataRow("tok_\u00e9_\u4f60\u597d_\U0001F600", "tok_\u00e9_\u4f60\u597d_\U0001F600")]
    [DataRow("a\nb\tc\rd", "a\\u000Ab\\u0009c\\u000Dd")]
    [DataRow("\u001b[31mred", "\\u001B[31mred")]
    [DataRow("\u009b31m", "\\u009B31m")]
    [DataRow("left\u202eright\u2066", "left\\u202Eright\\u2066")]
    [DataRow("line\u2028end", "line\\u2028end")]
    public void Control_characters_become_escapes(string raw, string clean) => Assert.AreEqual(clean, SafeText.Escape(raw));

    [TestMethod]
    [DataRow(0, "0 bytes")]
    [DataRow(999, "999 bytes")]
    [DataRow(1000, "1.00 kB")]
    [DataRow(999_500, "1.00 MB")]
    [DataRow(2_834_080, "2.83 MB")]
    [DataRow(99_960_000, "100 MB")]
    [DataRow(1.5e18, "1.50 EB")]
    [DataRow(9.2e18, "9.20 EB")]
    public void A_size_has_three_digits_and_a_unit(double bytes, string text) => Assert.AreEqual(text, Size.Short(bytes));

    [TestMethod]
    public void An_exact_size_has_every_digit() => Assert.AreEqual("9,223,372,036,854,775,807 bytes", Size.Exact(long.MaxValue));

    [TestMethod]
    [DataRow(0.3051, "0.31 s")]
    [DataRow(59.4, "59.40 s")]
    [DataRow(125.0, "2 min 05 s")]
    [DataRow(36000.0, "600 min 00 s")]
    public void A_time_is_readable(double seconds, string text) => Assert.AreEqual(text, Size.Time(TimeSpan.FromSeconds(seconds)));

    [TestMethod]
    public void A_table_is_aligned_and_shows_no_line_break_of_a_cell()
    {
        TextReport report = new();
        report.Table([new("name"), new("bytes", ColumnAlign.Right)], [["a\nb", "1"], ["long name", "1,000"]]);
        Assert.AreEqual("  name       bytes\n  a\\u000Ab       1\n  long name  1,000\n", report.ToString());
    }

    [TestMethod]
    public void A_section_without_lines_is_left_out()
    {
        TextReport report = new();
        report.Section("notes", []);
        Assert.AreEqual("", report.ToString());
        report.Section("notes", ["one", "two"]);
        Assert.AreEqual("\nnotes\n  one\n  two\n", report.ToString());
    }
}
