using System.Text.Json;
using System.Text.RegularExpressions;

namespace ModelPack.Tool.Tests;

/// <summary>Models whose names and values are commands to terminals and CI services: no verb passes them on.</summary>
[TestClass]
public sealed partial class InjectionTests
{
    private static readonly string[] Models = ["all.gguf", "esc.safetensors"];

    private static readonly string[] Verbs =
    [
        "inspect {0}", "inspect {0} --stats", "validate {0}", "hash {0}", "hash {0} --format gguf-hash", "diff {0} {1}", "verify {0} {1}",
        "verify {1} {0}",
        "verify {0} {1} --epsilon 1e-3", "convert {0} {2} --dry-run", "convert {0} {2}", "roundtrip {0} --via apr",
    ];

    public static IEnumerable<object[]> Runs => Models.SelectMany(model => Verbs, (model, verb) => new object[] { model, verb });

    [TestMethod]
    [DynamicData(nameof(Runs))]
    public void Nothing_of_a_file_reaches_a_terminal_or_a_log_as_it_is(string model, string verb)
    {
        using TestFolder folder = new();
        string other = RepositoryData.Path("cases", "hostile", "inject", Models.Single(name => name != model));
        string command = string.Format(null, verb, RepositoryData.Path("cases", "hostile", "inject", model), other, folder.File("out.apr"));
        foreach (string mode in (string[])["", " --json"])
        {
            ToolResult result = InProcess.Run((command + mode).Split(' '));
            Assert.AreNotEqual(5, result.ExitCode, result.Error);
            Check(result.Error.Replace($"error {Code().Match(result.Error).Value}:", "", StringComparison.Ordinal));
            Check(result.Output);
            if (mode.Length > 0 && result.Output.Length > 0)
            {
                JsonDocument.Parse(result.Output).Dispose();
            }
        }
    }

    [TestMethod]
    public void Names_within_a_JSON_document_are_escaped_too()
    {
        string json = InProcess.Json(writer => writer.WriteString("a error CS1", "x ##vso[task] ::y"));
        Assert.IsFalse(Heard().IsMatch(json), json);
        using JsonDocument document = JsonDocument.Parse(json);
        Assert.AreEqual("x ##vso[task] ::y", document.RootElement.GetProperty("a error CS1").GetString());
    }

    private static void Check(string text)
    {
        Assert.IsFalse(text.Any(character => char.IsControl(character) && character != '\n'), text);
        Match heard = Heard().Match(text);
        Assert.IsFalse(heard.Success, $"'{heard.Value}' in\n{text}");
        Assert.DoesNotContain("\u202e", text);
    }

    [GeneratedRegex("MP[0-9]{4}")]
    private static partial Regex Code();

    // GitHub Actions; Azure Pipelines and TeamCity; MSBuild's canonical error as its Exec task reads it.
    [GeneratedRegex(
        @"^\s*::|##[a-z]*\[|^\s*(?:[^:\n]*:)?(?:[^:\n]*? )?(?:error|warning)(?: \s*[^: \n]*)?\s*:",
        RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Heard();
}
