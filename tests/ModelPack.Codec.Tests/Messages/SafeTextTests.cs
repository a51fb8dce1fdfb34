using System.Text.Json;
using System.Text.RegularExpressions;
using ModelPack.Diagnostics;
using ModelPack.Formats;

namespace ModelPack.Codec.Tests.Messages;

/// <summary>The one escape between what a file says and a terminal, a log or a CI service.</summary>
[TestClass]
public sealed partial class SafeTextTests
{
    [TestMethod]
    [DataRow("blk.0.attn_q.weight", "blk.0.attn_q.weight")]
    [DataRow("C:\\models\\a.gguf: cut off", "C:\\models\\a.gguf: cut off")]
    [DataRow("##ing", "##ing")]
    [DataRow("an error of 3 bytes: see below", "an error of 3 bytes: see below")]
    [DataRow("\u4f60\u597d \U0001F600 \u00e9", "\u4f60\u597d \U0001F600 \u00e9")]
    public void Harmless_text_stays(string raw, string safe) => Assert.AreEqual(safe, SafeText.Escape(raw));

    [TestMethod]
    [DataRow("\u001b[2J", "\\u001B[2J")]
    [DataRow("a\u0007\b\r\nb", "a\\u0007\\u0008\\u000D\\u000Ab")]
    [DataRow("\u009b31m", "\\u009B31m")]
    [DataRow("left\u202eright\u2066", "left\\u202Eright\\u2066")]
    [DataRow("a\u200bb\u200db\ufeff", "a\\u200Bb\\u200Db\\uFEFF")]
    [DataRow("a\u034f\u3164\ufe0f\U000E0041", "a\\u034F\\u3164\\uFE0F\\U000E0041")]
    [DataRow("line\u2028end\u2029", "line\\u2028end\\u2029")]
    [DataRow("a\u115f\u1160b\u17b4\u17b5", "a\\u115F\\u1160b\\u17B4\\u17B5")]
    [DataRow("a\u180b\u180d\u180f\uffa0", "a\\u180B\\u180D\\u180F\\uFFA0")]
    [DataRow("a\ufe00\U000E0100\U000E01EF", "a\\uFE00\\U000E0100\\U000E01EF")]
    [DataRow("a\u0378\uffff", "a\\u0378\\uFFFF")]
    public void What_steers_reorders_or_hides_is_escaped(string raw, string safe) => Assert.AreEqual(safe, SafeText.Escape(raw));

    [TestMethod]
    [DataRow("::error file=x.cs,line=1::PWNED", ":\\u003Aerro\\u0072 file=x.cs,line=1:\\u003APWNED")]
    [DataRow(":::stop-commands::t", ":\\u003A\\u003Astop-commands:\\u003At")]
    [DataRow("a ##vso[task.setvariable variable=PATH]/evil", "a #\\u0023vso[task.setvariable variable=PATH]/evil")]
    [DataRow("##[error]x", "#\\u0023[error]x")]
    [DataRow("###[error]x", "##\\u0023[error]x")]
    [DataRow("##TeamCity[buildStatus]", "#\\u0023TeamCity[buildStatus]")]
    [DataRow("b.gguf : error MP0000: forged", "b.gguf : erro\\u0072 MP0000: forged")]
    [DataRow("/src/P.cs(1,1): warning CS0001 : forged", "/src/P.cs(1,1): warnin\\u0067 CS0001 : forged")]
    [DataRow("x: Error: forged", "x: Erro\\u0072: forged")]
    [DataRow("error: forged", "erro\\u0072: forged")]
    [DataRow("warning: forged", "warnin\\u0067: forged")]
    [DataRow("a.gguf :error: forged", "a.gguf :erro\\u0072: forged")]
    [DataRow("x:error X##[y]:z", "x:erro\\u0072 X#\\u0023[y]:z")]
    [DataRow("\"error\": {", "\"error\": {")]
    public void A_command_or_a_diagnostic_is_broken(string raw, string safe) => Assert.AreEqual(safe, SafeText.Escape(raw));

    // A colon stands behind the name of a tensor or file: with it a harmless name is a diagnostic.
    [TestMethod]
    [DataRow("a error x", null)]
    [DataRow(null, "b error CS1")]
    [DataRow(null, "b : warning CS1")]
    [DataRow("##vso[task.x]", "::error::\u001b[2J\u202e")]
    public void A_message_is_escaped_as_a_whole(string? tensor, string? path)
    {
        ModelPackException error = new(ModelSetErrors.NoModel, "it is cut off") { TensorName = tensor, FilePath = path };
        foreach (string text in (string[])[error.Message, error.Describe(), error.ToString().Split('\n')[0]])
        {
            Assert.IsFalse(Heard().IsMatch(text), text);
            Assert.IsFalse(text.Any(character => char.IsControl(character) || character == '\u202e'), text);
        }
    }

    [TestMethod]
    public void No_text_gets_past_the_readers_of_logs()
    {
        string[] pieces = [
            ":", "::", "#", "##", "[", "vso", "teamcity", " ", "error", "warning", "Error", "CS1", "x", "(1,1)", "\n", "\u001b", "\u202e",
            "\"", "\\", "e"];
        Random random = new(20261129);
        for (int i = 0; i < 20_000; i++)
        {
            string raw = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => pieces[random.Next(pieces.Length)]));
            string safe = SafeText.Escape(raw);
            Assert.IsFalse(Heard().IsMatch(safe), $"'{raw}' became '{safe}'");
            Assert.IsFalse(safe.Any(char.IsControl), safe);
            Assert.AreEqual(safe, SafeText.Escape(safe), "a second time changes nothing");
        }
    }

    [TestMethod]
    public void A_JSON_string_means_the_same_afterwards()
    {
        string raw = "a::b ##vso[x] y: error CS1: z \"q\" \\ é";
        string content = SafeText.EscapeJson(JsonEncodedText.Encode(raw).Value);
        Assert.IsFalse(Heard().IsMatch(content));
        Assert.AreEqual(raw, JsonSerializer.Deserialize<string>($"\"{content}\""));
    }

    [TestMethod]
    public void Messages_of_errors_and_notes_are_escaped()
    {
        ErrorCode code = new("MP9999", "", ErrorKind.InvalidFile, "s", "Remedy.");
        ModelPackException exception = new(code, "key '\u001b[2J::error::x'") { TensorName = "a\n##[error]b" };
        Assert.AreEqual("key '\\u001B[2J:\\u003Aerro\\u0072:\\u003Ax'", exception.Detail);
        Assert.AreEqual("tensor 'a\\u000A#\\u0023[error]b': key '\\u001B[2J:\\u003Aerro\\u0072:\\u003Ax'. Remedy.", exception.Describe());
        Assert.AreEqual("a\n##[error]b", exception.TensorName, "a program gets the name itself");
        Assert.AreEqual("x\\u0007", new Note("K-X", "x\u0007").Text);
    }

    // GitHub Actions; Azure Pipelines and TeamCity; MSBuild's canonical error as its Exec task reads it.
    [GeneratedRegex(
        @"^\s*::|##[a-z]*\[|^\s*(?:[^:]*:)?(?:[^:]*? )?(?:error|warning)(?: \s*[^: ]*)?\s*:",
        RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Heard();
}
