using System.Text.Json;
using System.Text.Json.Nodes;
using ModelPack.Qa.Apr;
using ModelPack.Tool.Tests.Qa;

namespace ModelPack.Tool.Tests.Apr;

/// <summary>Every word on models in several files, on damaged and on missing ones: nothing is green that was not looked at.</summary>
[TestClass]
public sealed class AprInputTests
{
    private static readonly string Model = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");

    // X is the model, OUT a name in a folder of the test.
    private static readonly string[] Words =
    [
        "rosetta inspect X", "rosetta convert X OUT.apr", "rosetta convert X OUT.gguf", "rosetta convert X OUT.safetensors",
        "rosetta chain X gguf apr gguf --work-dir OUT", "rosetta verify X --intermediate apr", "rosetta diff-tensors X X",
        "rosetta fingerprint X", "rosetta fingerprint X X", "rosetta validate-stats X", "rosetta validate-stats X --reference X",
        "validate X", "validate --strict X", "check X", "inspect X", "tensors X", "tensors --stats X", "diff X X", "diff X X --values",
        "convert X -o OUT.apr --force", "import X -o OUT.apr", "export X --format gguf -o OUT.gguf --force", "export X --format apr --plan",
        "run X -p x --runner true", "chat X --runner true",
    ];

    private static readonly Dictionary<string, Func<TestFolder, string>> Damaged = new()
    {
        ["cut GGUF"] = folder => folder.Write("m.gguf", File.ReadAllBytes(Model).AsSpan(0, 800_000)),
        ["beginning of a GGUF"] = folder => folder.Write("m.gguf", "GGUF"u8),
        ["cut APR file"] = folder => folder.Write("m.apr", File.ReadAllBytes(QaRunTests.Source(folder, "apr")).AsSpan(0, 800_000)),
        ["empty file"] = folder => folder.Write("m.safetensors", []),
        ["text"] = folder => folder.Write("m.gguf", "a text\n"u8),
        ["page"] = folder => folder.Write("m.safetensors", "<!DOCTYPE html><html></html>"u8),
        ["empty folder"] = folder => Directory.CreateDirectory(folder.File("empty")).FullName,
        ["missing shard"] = folder => Shards(folder, path => File.Delete(At(path, 2))),
        ["exchanged shards"] = folder => Shards(folder, Exchange),
        ["cut shard"] = folder => Shards(folder, path => Cut(At(path, 3), 50)),
        ["stale index"] = folder => Shards(folder, path => Index(path, map => map["lm_head.weight"] = Path.GetFileName(At(path, 5)))),
        ["tensor that no shard has"] = folder =>
            Shards(folder, path => Index(path, map => map["model.extra.weight"] = Path.GetFileName(At(path, 1)))),
        ["index of missing shards"] = folder =>
            Path.Combine(Shards(folder, path => File.Delete(At(path, 2))), "model.safetensors.index.json"),
        ["missing part of a GGUF"] = folder => Parts(folder, 2),
    };

    public static IEnumerable<string> Names => Damaged.Keys;

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void A_damaged_model_has_no_answer_whatever_the_word(string name)
    {
        using TestFolder folder = new();
        string model = Damaged[name](folder);
        foreach (string line in Words)
        {
            (int exitCode, string output, string error) = Run(folder, model, line);
            Assert.AreEqual(line.Split(' ')[0] is "inspect" or "tensors" ? 4 : 5, exitCode, $"{line}: {output}{error}");
            Assert.AreEqual("", output, line);
            Assert.StartsWith("error: ", error, line);
            Assert.HasCount(1, error.TrimEnd('\n').Split('\n'), line);
        }

        Assert.IsEmpty(Directory.EnumerateFileSystemEntries(folder.Path, "OUT.*"));
    }

    [TestMethod]
    [DataRow("none.gguf")]
    [DataRow("none/")]
    [DataRow("dangling.gguf")]
    public void A_model_that_is_not_there_is_not_found_whatever_the_word(string name)
    {
        using TestFolder folder = new();
        File.CreateSymbolicLink(folder.File("dangling.gguf"), folder.File("gone.gguf"));
        foreach (string line in Words)
        {
            (int exitCode, string output, string error) = Run(folder, folder.File(name), line);
            Assert.AreEqual((3, ""), (exitCode, output), $"{line}: {error}");
            Assert.HasCount(1, error.TrimEnd('\n').Split('\n'), line);
        }
    }

    [TestMethod]
    [DataRow("shards", "")]
    [DataRow("shards", "model.safetensors.index.json")]
    [DataRow("shards", "model-00002-of-00005.safetensors")]
    [DataRow("parts", "")]
    public void A_model_in_several_files_is_answered_as_one_file_is(string kind, string part)
    {
        using TestFolder folder = new();
        string model = Path.Combine(kind == "parts" ? Path.GetDirectoryName(Parts(folder, null))! : Shards(folder, _ => { }), part);
        foreach (string line in Words)
        {
            (int exitCode, string output, string error) = Run(folder, model, $"{line} --json");
            Assert.AreEqual((0, ""), (exitCode, error), line);
            using JsonDocument document = JsonDocument.Parse(output);
            foreach (string name in new[] { "passed", "valid", "all_passed", "is_equivalent", "identical", "success" })
            {
                Assert.IsTrue(
                    !document.RootElement.TryGetProperty(name, out JsonElement value) || value.ValueKind != JsonValueKind.False, line);
            }
        }
    }

    [TestMethod]
    public void Fingerprints_replace_fingerprints_and_no_other_file()
    {
        using TestFolder folder = new();
        string model = folder.Write("m.gguf", File.ReadAllBytes(Model));
        (int exitCode, _, string error) = Run(folder, model, "rosetta fingerprint X -o X");
        Assert.AreEqual(5, exitCode);
        Assert.Contains("or a new name behind -o", error);
        CollectionAssert.AreEqual(File.ReadAllBytes(Model), File.ReadAllBytes(model));
        for (int i = 0; i < 2; i++)
        {
            Assert.AreEqual(0, Run(folder, model, "rosetta fingerprint X -o OUT.json").ExitCode);
        }
    }

    [TestMethod]
    public void A_file_that_is_its_own_target_is_left_as_it_is_and_called_by_its_format()
    {
        using TestFolder folder = new();
        string model = folder.Write("m.apr", File.ReadAllBytes(Model));
        Assert.Contains("GGUF → GGUF", Run(folder, model, "rosetta convert X X --json").Output);
        (int exitCode, _, string error) = Run(folder, model, "rosetta convert X X --quantize fp16");
        Assert.AreEqual(5, exitCode);
        Assert.Contains("name another target", error);
        CollectionAssert.AreEqual(File.ReadAllBytes(Model), File.ReadAllBytes(model));
    }

    [TestMethod]
    [DataRow("rosetta convert X OUT.gguf")]
    [DataRow("convert X -o OUT.gguf --force")]
    public void A_folder_is_no_target_of_a_file(string line)
    {
        using TestFolder folder = new();
        Directory.CreateDirectory(folder.File("OUT.gguf"));
        (int exitCode, _, string error) = Run(folder, Model, line);
        Assert.AreEqual(5, exitCode);
        Assert.Contains("is a folder: name a file", error);
        Assert.IsEmpty(Directory.EnumerateFileSystemEntries(folder.File("OUT.gguf")));
    }

    [TestMethod]
    public void An_import_tells_what_is_wrong_with_its_source_and_refuses_it_if_it_is_strict()
    {
        using TestFolder folder = new();
        string model = folder.Write("m.gguf", File.ReadAllBytes(Model));
        Damage.Zeros(model);
        (int exitCode, string output, _) = Run(folder, model, "import X -o OUT.apr --json");
        Assert.AreEqual(0, exitCode);
        Assert.Contains("\"score\":0,\"grade\":\"F\",\"status\":\"warnings\",\"warnings\":[\"MP", output);
        File.Delete(folder.File("OUT.apr"));
        (exitCode, output, string error) = Run(folder, model, "import X -o OUT.apr --strict");
        Assert.AreEqual((5, ""), (exitCode, output));
        Assert.StartsWith("error: --strict: MP", error);
        Assert.IsFalse(File.Exists(folder.File("OUT.apr")));
        Assert.Contains("\"score\":100", Run(folder, Model, "import X -o OUT.apr --strict --json").Output);
    }

    [TestMethod]
    [DataRow("validate-stats X")]
    [DataRow("validate-stats X --reference MODEL")]
    [DataRow("validate-stats MODEL --reference X")]
    [DataRow("validate-stats X --fingerprints PRINTS")]
    public void Statistics_of_a_file_with_a_wrong_footer_do_not_pass(string line)
    {
        using TestFolder folder = new();
        string model = QaRunTests.Source(folder, "apr");
        string prints = folder.File("prints.json");
        Assert.AreEqual(0, Run(folder, model, $"rosetta fingerprint X -o {prints}").ExitCode);
        line = $"rosetta {line.Replace("PRINTS", prints, StringComparison.Ordinal).Replace("MODEL", Model, StringComparison.Ordinal)}";
        Assert.AreEqual(0, Run(folder, model, line).ExitCode);
        byte[] bytes = File.ReadAllBytes(model);
        bytes[^1] ^= 1;
        File.WriteAllBytes(model, bytes);
        (int exitCode, string output, string error) = Run(folder, model, line);
        Assert.AreEqual((5, ""), (exitCode, output));
        Assert.Contains("the footer is", error);
    }

    [TestMethod]
    [DataRow("rosetta diff-tensors X X", "\"passed\":false")]
    [DataRow("rosetta fingerprint X X", "\"passed\":false")]
    [DataRow("diff X X --values", "\"tensors_compared\":0")]
    public void A_comparison_of_models_without_tensors_does_not_pass(string line, string answer)
    {
        using TestFolder folder = new();
        string model = RepositoryData.Corpus("gguf/valid/kv-only.gguf");
        (int exitCode, string output, _) = Run(folder, model, $"{line} --json");
        Assert.AreEqual(5, exitCode);
        Assert.Contains(answer, output);
        Assert.Contains("nothing would be compared", Run(folder, model, line).Output);
    }

    [TestMethod]
    [DataRow(8, "the engine says nothing", "rosetta compare-inference X X --runner true")]
    [DataRow(12, "--temperature", "rosetta compare-inference X X --temperature 0.5 --runner true")]
    [DataRow(12, "--temperature", "run X -p x --temperature 0.5 --runner true")]
    [DataRow(12, "--temperature", "chat X --temperature 1 --runner true")]
    public void An_engine_is_asked_for_its_likeliest_words_and_has_to_say_some(int exitCode, string message, string line)
    {
        using TestFolder folder = new();
        (int actual, string output, string error) = Run(folder, RepositoryData.Corpus("gguf/valid/padding-not-zero.gguf"), line);
        Assert.AreEqual((exitCode, ""), (actual, output));
        Assert.Contains(message, error);
    }

    private static string Shards(TestFolder folder, Action<string> damage)
    {
        string path = QaRunTests.Source(folder, "shards");
        damage(path);
        return path;
    }

    private static string Parts(TestFolder folder, int? missing)
    {
        ModelConverter.Convert(Model, folder.File("parts") + "/", ModelFormat.Gguf, new() { MaxShardBytes = 400_000 });
        string[] parts = [.. Directory.EnumerateFiles(folder.File("parts"), "*.gguf").Order(StringComparer.Ordinal)];
        Assert.IsGreaterThan(2, parts.Length);
        if (missing is { } part)
        {
            File.Delete(parts[part]);
        }

        return parts[0];
    }

    private static string At(string folder, int shard) => Path.Combine(folder, $"model-0000{shard}-of-00005.safetensors");

    private static void Exchange(string path)
    {
        File.Move(At(path, 2), At(path, 9));
        File.Move(At(path, 3), At(path, 2));
        File.Move(At(path, 9), At(path, 3));
    }

    private static void Cut(string path, int bytes)
    {
        using FileStream file = File.OpenWrite(path);
        file.SetLength(file.Length - bytes);
    }

    private static void Index(string folder, Action<JsonObject> change)
    {
        string path = Path.Combine(folder, "model.safetensors.index.json");
        JsonNode root = JsonNode.Parse(File.ReadAllText(path))!;
        change(root["weight_map"]!.AsObject());
        File.WriteAllText(path, root.ToJsonString());
    }

    private static (int ExitCode, string Output, string Error) Run(TestFolder folder, string model, string line)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        AprConsole console = new(output, error, new StringReader("x"), "0.0.0") { Variable = _ => null };
        string[] words = [
            .. line.Split(' ').Select(word => word == "X" ? model
                : word.StartsWith("OUT", StringComparison.Ordinal) ? folder.File(word) : word)];
        return (AprProgram.Run(words, console, CancellationToken.None), output.ToString(), error.ToString());
    }
}
