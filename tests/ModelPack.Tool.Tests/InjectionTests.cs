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
    public void The_name_of_a_file_is_escaped_wherever_it_is_shown()
    {
        using TestFolder folder = new();
        string path = folder.File("x ##vso[y]\u001b[2J\u202e error CS1.gguf");
        string[] targets = [
            .. new[] { "safetensors", "apr", "gguf", "html", "hash", "d" }
                .Select(ending => folder.File($"{ending} ##vso[y]\u001b[2J\u202e error CS1.{ending}"))];
        File.Copy(RepositoryData.Corpus("gguf/models/random-qwen2-small-Q8_0.gguf"), path);
        string[][] commands =
        [
            ["convert", path, targets[0]], ["convert", path, targets[1], "--quantized", "blocks"], ["convert", path, targets[1]],
            ["inspect", path, "--stats", "--html", targets[3]], ["hash", path], ["hash", path, "--write", targets[4]],
            ["hash", path, "--check", targets[4]], ["hash", path, "--format", "gguf-hash"], ["verify", path, targets[1]],
            ["verify", path, targets[1], "--epsilon", "1"], ["diff", path, targets[1]], ["validate", path], ["roundtrip", path],
            ["split", path, targets[5], "--max-shard-size", "500KB"], ["merge", targets[5], targets[2]],
            ["split", path, targets[5], "--max-shard-size", "1GB"], ["edit", path, targets[2], "--force", "--set", "general.name=y"],
            ["convert", path + "x", targets[0]], ["inspect", path, path], ["store", "clear", "--folder", path + ".d"],
            ["store", "list", "--folder", path + ".d"],
        ];
        int shown = 0;
        foreach (string[] command in commands)
        {
            ToolResult result = InProcess.Run(command);
            Assert.AreNotEqual(5, result.ExitCode, result.Error);
            shown += (result.Error + result.Output).Contains("#\\u0023vso[y]", StringComparison.Ordinal) ? 1 : 0;
            Check(result.Error.Replace($"error {Code().Match(result.Error).Value}:", "", StringComparison.Ordinal));
            Check(result.Output);
        }

        Assert.IsGreaterThan(14, shown, "nearly all of them name the file");
        Assert.IsTrue(targets.All(target => Path.Exists(target)), "and do their work");
        string page = File.ReadAllText(targets[3]);
        Assert.Contains("\\u001B[2J", page);
        Assert.IsFalse(page.Any(character => character is '\u001b' or '\u202e'));
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
