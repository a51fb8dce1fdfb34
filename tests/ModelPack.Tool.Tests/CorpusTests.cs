using System.Text.Json;

namespace ModelPack.Tool.Tests;

/// <summary>Every file of the corpora through the verbs that look at one file: no crash, no stray output, the right number.</summary>
[TestClass]
public sealed class CorpusTests
{
    private static readonly string[] Endings = [".gguf", ".apr", ".safetensors"];

    [TestMethod]
    [DataRow("gguf/valid")]
    [DataRow("gguf/models")]
    [DataRow("apr/valid")]
    [DataRow("safetensors/valid")]
    public void Every_valid_file_is_shown_as_text_and_as_json(string folder)
    {
        foreach (string file in Models(folder))
        {
            ToolResult text = InProcess.Run("inspect", file, "--tensors");
            text.ShouldExitWith(0);
            Assert.AreEqual("", text.Error, file);
            Assert.IsFalse(text.Output.Any(c => char.IsControl(c) && c != '\n'), file);

            ToolResult json = InProcess.Run("inspect", file, "--json");
            json.ShouldExitWith(0);
            using JsonDocument document = JsonDocument.Parse(json.Output, new JsonDocumentOptions { MaxDepth = 256 });
            Assert.AreEqual("inspect", document.RootElement.GetProperty("kind").GetString(), file);
        }
    }

    [TestMethod]
    [DataRow("gguf/hostile", "files")]
    [DataRow("apr/hostile", "files")]
    [DataRow("safetensors/hostile", "entries")]
    public void Every_damaged_file_gets_the_exit_code_of_what_is_wrong_with_it(string folder, string list)
    {
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllText(RepositoryData.Corpus($"{folder}/expected.json")));
        int refused = 0;
        foreach (JsonElement entry in expected.RootElement.GetProperty(list).EnumerateArray())
        {
            string file = RepositoryData.Corpus($"{folder}/{entry.GetProperty("file").GetString()}");
            if (!File.Exists(file))
            {
                continue;
            }

            ToolResult result = InProcess.Run("validate", file, "--json");
            using JsonDocument document = JsonDocument.Parse(result.Output);
            if (Path.GetFileName(file) == "magic-gguf.apr")
            {
                // No APR file, but a whole GGUF under another ending, which is read as what it is.
                Assert.Contains("K-ENDING", result.Output);
                continue;
            }

            if (entry.GetProperty("must_refuse").GetBoolean())
            {
                refused++;
                Assert.AreEqual(3, result.ExitCode, $"{file}: {result.Error}");
                Assert.AreEqual(1, result.Error.Count(c => c == '\n'), result.Error);
                Assert.StartsWith($"{file}: error MP1", result.Error);
                Assert.AreEqual(file, document.RootElement.GetProperty("error").GetProperty("file").GetString());
            }
            else
            {
                bool flagged = entry.TryGetProperty("nan", out JsonElement nan) && nan.GetProperty("must_flag").GetBoolean();
                Assert.AreEqual(flagged ? 1 : 0, result.ExitCode, $"{file}: {result.Error}");
                Assert.AreEqual(!flagged, document.RootElement.GetProperty("sound").GetBoolean(), file);
            }
        }

        Assert.IsGreaterThan(10, refused);
    }

    private static string[] Models(string folder)
    {
        string[] files = [
            .. Directory.EnumerateFiles(RepositoryData.Corpus(folder)).Where(file => Endings.Contains(Path.GetExtension(file)))];
        Assert.IsNotEmpty(files);
        return files;
    }
}
