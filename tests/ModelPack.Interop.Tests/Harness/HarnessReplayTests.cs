using System.Text.Json;
using System.Text.RegularExpressions;
using ModelPack.Codec.Tests.Checkpoints;
using ModelPack.Codec.Tests.Conversion;

namespace ModelPack.Interop.Tests.Harness;

/// <summary>The calls that the public harness makes of apr, answered by this project, with llama.cpp as the engine
/// (qa-gates.md §5).</summary>
[TestClass]
public sealed partial class HarnessReplayTests
{
    private const string Prompt = "What is 2+2?";

    [TestMethod]
    public void Every_call_of_the_harness_gets_the_answer_that_it_looks_for()
    {
        using LlamaServer engine = new();
        using TempFolder temp = new();
        string source = Source(temp);
        Link(source, temp.At("W/safetensors"));
        (int ExitCode, string[] Words)[] calls = [.. Calls().Select(call => (call.ExitCode, Places(call.Words, temp, source)))];
        Assert.HasCount(79, calls);
        Dictionary<string, HashSet<string>> texts = [];
        foreach ((int exitCode, string[] words) in calls)
        {
            string line = string.Join(' ', words);
            AprAnswer answer = words[0] == "pull"
                ? new(0, $"Path: {source}/model.safetensors\n", "")
                : AprAnswer.Of(engine.Address, Prompt, words);
            Assert.AreEqual(exitCode, answer.ExitCode, $"{line}: {answer.Error}");
            Look(words, answer, texts, line);
        }

        // Whatever the file, the same question has one answer.
        Assert.IsGreaterThan(2, texts.Count);
        foreach ((string question, HashSet<string> answers) in texts)
        {
            Assert.HasCount(1, answers, $"{question}: {string.Join(" | ", answers)}");
        }

        Assert.IsGreaterThan(35, engine.Answers);
        Bytes(temp, "W/gguf/model.gguf", "W/gguf/model.converted.converted.converted.gguf");
        Bytes(temp, "W/gguf/model.idem1.apr", "W/gguf/model.idem2.apr");
        Bytes(temp, "W/safetensors/model.byte_rt_ref.apr", "W/safetensors/model.byte_rt_tmp.byte_rt_gguf.byte_rt_final.apr");
    }

    [TestMethod]
    public void The_words_behind_the_contracts_and_the_server_answer_as_the_harness_reads_them()
    {
        using LlamaServer engine = new();
        using TempFolder temp = new();
        string source = Source(temp);
        string apr = temp.At("m.apr");
        Assert.AreEqual(0, AprAnswer.Of(engine.Address, "", "rosetta", "convert", source, apr).ExitCode);
        AprAnswer statistics = AprAnswer.Of(engine.Address, "", "rosetta", "validate-stats", source, "--reference", apr, "--json");
        Assert.AreEqual(0, statistics.ExitCode, statistics.Output);
        Assert.Contains("\"passed\":true", statistics.Output);
        AprAnswer inference = AprAnswer.Of(
            engine.Address, "", "rosetta", "compare-inference", source, apr, "--prompt", "Hello", "--max-tokens", "1", "--tolerance", "0",
            "--json");
        Assert.AreEqual(0, inference.ExitCode, inference.Error);
        Assert.Contains("\"passed\":true", inference.Output);
    }

    [TestMethod]
    public async Task A_served_model_is_healthy_and_generates()
    {
        using LlamaServer engine = new();
        using TempFolder temp = new();
        string source = Source(temp);
        using CancellationTokenSource stop = new();
        (System.Net.HttpListener probe, string address) = LlamaServer.Listen();
        probe.Close();
        using StringWriter output = new();
        using StringWriter error = new();
        Qa.Apr.AprConsole console = new(output, error, TextReader.Null, "0.0.0") { Variable = _ => engine.Address };
        string port = new Uri(address).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        Task<int> served = Task.Run(() => Qa.Apr.AprProgram.Run(["serve", source, "--port", port, "--no-gpu"], console, stop.Token));
        using HttpClient client = new();
        string health = await Retry(() => client.GetStringAsync(new Uri($"{address}health")), served, error);
        Assert.Contains("healthy", health);
        using StringContent body = new("{\"prompt\": \"What is 2+2?\", \"max_tokens\": 4}");
        using HttpResponseMessage answer = await client.PostAsync(new Uri($"{address}generate"), body);
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.AreNotEqual("", document.RootElement.GetProperty("text").GetString());
        using StringContent wrong = new("no JSON");
        using HttpResponseMessage refused = await client.PostAsync(new Uri($"{address}generate"), wrong);
        Assert.AreEqual(400, (int)refused.StatusCode);
        foreach (string name in new[] { "localhost", "127.0.0.1" })
        {
            Assert.Contains("healthy", await client.GetStringAsync(new Uri($"http://{name}:{port}/health")), name);
        }

        // A client that asks and does not wait.
        using (System.Net.Sockets.TcpClient hasty = new("127.0.0.1", int.Parse(port, System.Globalization.CultureInfo.InvariantCulture)))
        {
            hasty.Client.LingerState = new(true, 0);
            const string Question = "{\"prompt\": \"2+2\", \"max_tokens\": 1}";
            await hasty.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(
                $"POST /generate HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {Question.Length}\r\n\r\n{Question}"));
        }

        Assert.Contains("healthy", await client.GetStringAsync(new Uri($"{address}health")));
        await stop.CancelAsync();
        Assert.AreEqual(0, await served);
    }

    private static async Task<string> Retry(Func<Task<string>> ask, Task<int> served, StringWriter error)
    {
        while (true)
        {
            try
            {
                return await ask();
            }
            catch (HttpRequestException) when (!served.IsCompleted)
            {
                await Task.Delay(20);
            }
            catch (HttpRequestException)
            {
                throw new InvalidOperationException($"the server ended: {error}");
            }
        }
    }

    private static void Look(string[] words, AprAnswer answer, Dictionary<string, HashSet<string>> texts, string line)
    {
        switch (words)
        {
            case ["pull", ..]:
                Assert.MatchesRegex(@"(?m)^Path: .+$", answer.Output);
                break;
            case ["rosetta", "convert", _, var target]:
                Assert.IsTrue(File.Exists(target), line);
                break;
            case ["rosetta", "inspect", ..]:
                Assert.Contains("\"tensor_names\":[\"", answer.Output);
                break;
            case ["rosetta", "diff-tensors", ..]:
                Assert.Contains("\"passed\":true", answer.Output);
                Assert.DoesNotContain("mismatched", answer.Output);
                break;
            case ["check", ..]:
                Assert.IsFalse(answer.Output.Contains("fallback") && answer.Output.Contains("f32"));
                Assert.DoesNotContain("unknown dtype", answer.Output);
                break;
            case ["run", .., "--json"] or ["chat", .., "--json"]:
                using (JsonDocument document = JsonDocument.Parse(answer.Output))
                {
                    Keep(texts, words, document.RootElement.GetProperty("text").GetString()!);
                }

                break;
            case ["run", ..]:
                // What the golden rule reads; nothing else may stand on standard output.
                Assert.StartsWith("Output:\n", answer.Output);
                Keep(texts, words, answer.Output["Output:\n".Length..].Trim());
                break;
        }
    }

    private static void Keep(Dictionary<string, HashSet<string>> texts, string[] words, string text)
    {
        Assert.IsGreaterThanOrEqualTo(3, text.Distinct().Count(), $"garbage: {text}");
        string question = string.Join(' ', words.Where((_, i) => i != 1));
        texts.TryAdd(question, []);
        texts[question].Add(text);
    }

    private static string Source(TempFolder temp)
    {
        CheckpointArchive.Extract(RepositoryData.Path("corpus", "hf", "qwen2-untied" + CheckpointArchive.Ending), temp.Root);
        return temp.At(CheckpointArchive.Folder);
    }

    private static void Link(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (string file in Directory.EnumerateFiles(source))
        {
            File.CreateSymbolicLink(Path.Combine(target, Path.GetFileName(file)), file);
        }
    }

    private static IEnumerable<(int ExitCode, string[] Words)> Calls() =>
        File.ReadAllLines(RepositoryData.Path("harness", "calls.tsv")).Select(line => line.Split('\t')).Select(fields =>
            (int.Parse(fields[0], System.Globalization.CultureInfo.InvariantCulture),
                Word().Matches(fields[1]).Select(match => match.Value.Trim('\'')).ToArray()));

    private static string[] Places(string[] words, TempFolder temp, string source) =>
    [
        .. words.Select(word => word.Split('/') switch
        {
            ["SOURCE", .. var rest] => Path.Combine([source, .. rest]),
            ["W" or "C" or "TMP", ..] => temp.At(word),
            _ => word,
        }),
    ];

    private static void Bytes(TempFolder temp, string first, string second) =>
        Assert.AreEqual(TempFolder.Sha256(temp.At(first)), TempFolder.Sha256(temp.At(second)), second);

    [GeneratedRegex("'[^']*'|[^ ]+")]
    private static partial Regex Word();
}
