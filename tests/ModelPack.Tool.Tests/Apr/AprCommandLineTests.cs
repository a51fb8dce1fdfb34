using System.Text.Json;
using ModelPack.Qa.Apr;
using ModelPack.Tool.Tests.Qa;

namespace ModelPack.Tool.Tests.Apr;

/// <summary>How apr's command line is read, and what its answers hold beside their fields (apr-rosetta.md §1, §2).</summary>
[TestClass]
public sealed class AprCommandLineTests
{
    private static readonly string Model = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");
    private static readonly string Small = RepositoryData.Corpus("gguf/valid/padding-not-zero.gguf");

    [TestMethod]
    [DataRow(2, "a value is required for '--filter'", "tensors", "SMALL", "--filter", "--json")]
    [DataRow(2, "not a whole number", "rosetta", "diff-tensors", "SMALL", "SMALL", "--show-values", "x")]
    [DataRow(2, "not a number", "rosetta", "compare-inference", "SMALL", "SMALL", "--tolerance", "x")]
    [DataRow(2, "not a number", "diff", "SMALL", "SMALL", "--threshold", "x")]
    [DataRow(2, "from 1 to 65535", "serve", "SMALL", "--port", "65536")]
    [DataRow(2, "unrecognized subcommand 'rosetta'", "rosetta")]
    [DataRow(2, "unrecognized subcommand 'rosetta'", "rosetta", "--json")]
    [DataRow(2, "a subcommand is required", "--json")]
    [DataRow(3, "File not found: none.gguf", "run", "none.gguf", "-p", "x")]
    [DataRow(3, "File not found: none.gguf", "chat", "none.gguf")]
    [DataRow(3, "File not found: none.gguf", "serve", "none.gguf")]
    [DataRow(3, "File not found: none.gguf", "rosetta", "compare-inference", "SMALL", "none.gguf")]
    [DataRow(3, "File not found: none.gguf", "rosetta", "fingerprint", "SMALL", "none.gguf")]
    [DataRow(5, "takes no tensor", "rosetta", "diff-tensors", "SMALL", "SMALL", "--filter", "nowhere")]
    [DataRow(5, "takes no tensor", "rosetta", "fingerprint", "SMALL", "SMALL", "--filter", "nowhere")]
    [DataRow(5, "takes no tensor", "diff", "SMALL", "SMALL", "--filter", "nowhere")]
    [DataRow(5, "takes no tensor", "diff", "SMALL", "SMALL", "--values", "--filter", "nowhere")]
    [DataRow(12, "--enforce-provenance", "import", "MODEL", "-o", "x.apr", "--enforce-provenance")]
    [DataRow(12, "the model says that it is 'qwen2'", "import", "MODEL", "-o", "x.apr", "--arch", "llama")]
    [DataRow(12, "--batch", "export", "SMALL", "--batch", "gguf,apr")]
    [DataRow(12, "--quant-roundtrip", "diff", "SMALL", "SMALL", "--quant-roundtrip")]
    [DataRow(12, "--format srt", "run", "SMALL", "-p", "x", "--format", "srt", "--runner", "echo x")]
    [DataRow(2, "a value is required for '--install-shim'", "--install-shim", "")]
    public void What_is_wrong_or_not_there_has_its_own_exit_code(int exitCode, string message, params string[] words)
    {
        using TestFolder folder = new();
        (int actual, string output, string error) = Run(Places(folder, words));
        Assert.AreEqual(exitCode, actual, error);
        Assert.AreEqual("", output);
        Assert.Contains(message, error);
    }

    [TestMethod]
    public void Flags_of_every_word_may_stand_before_it_and_values_behind_their_letter()
    {
        string plain = Run("rosetta", "inspect", Small, "--json").Output;
        Assert.AreEqual(plain, Run("--json", "rosetta", "inspect", Small).Output);
        Assert.AreEqual(plain, Run("rosetta", "--json", "--offline", "inspect", Small).Output);
        Assert.AreEqual("Output:\n7 -5\n", Run("run", Small, "-p", "-5", "-n7", "--runner", "echo {max_tokens} {prompt}").Output);
        Assert.AreEqual("Output:\n8 x\n", Run("run", Small, "-n=8", "-p", "x", "--runner=echo {max_tokens} {prompt}").Output);
    }

    [TestMethod]
    public void Without_a_word_the_usage_is_an_error_and_each_word_has_help_of_its_own()
    {
        (int exitCode, string output, string error) = Run();
        Assert.AreEqual((2, ""), (exitCode, output));
        Assert.Contains("Usage: apr WORD", error);
        foreach (AprWord word in AprWords.All)
        {
            (exitCode, output, error) = Run([.. word.Name.Split(' '), "--help"]);
            Assert.AreEqual((0, ""), (exitCode, error));
            Assert.StartsWith($"Usage: apr {word.Name} ", output);
            Assert.AreEqual(output, Run(["help", .. word.Name.Split(' ')]).Output);
            foreach (string option in word.Values.Concat(word.Flags))
            {
                Assert.Contains($" {option}", output, word.Name);
            }

            Assert.IsLessThan(80, output.Split('\n').Max(line => line.Length), word.Name);
        }

        Assert.Contains("Usage: apr WORD", Run("frob", "--help").Output);
        Assert.Contains("Usage: apr WORD", Run("help").Output);
    }

    [TestMethod]
    public void A_filter_takes_tensors_in_either_spelling()
    {
        using TestFolder folder = new();
        string apr = folder.File("m.apr");
        Assert.AreEqual(0, Run("rosetta", "convert", Model, apr).ExitCode);
        DamagedPart.Tensors(apr, "layers.1.self_attn.q_proj.weight", DamagedPart.Fill(0));
        DamagedPart.MendFooter(apr);
        foreach (string word in new[] { "diff-tensors", "fingerprint" })
        {
            foreach (string filter in new[] { "q_proj", "attn_q", "layers.1.", "blk.1." })
            {
                Assert.AreEqual(5, Run("rosetta", word, Model, apr, "--filter", filter).ExitCode, $"{word} {filter}");
            }

            foreach (string filter in new[] { "k_proj", "attn_k", "layers.0.", "embed" })
            {
                (int exitCode, string output, string error) = Run("rosetta", word, Model, apr, "--filter", filter, "--json");
                Assert.AreEqual(0, exitCode, $"{word} {filter}: {output}{error}");
            }
        }

        using JsonDocument equal = JsonDocument.Parse(Run("rosetta", "diff-tensors", Model, apr, "--filter", "attn_k.w", "--json").Output);
        Assert.AreEqual(4, equal.RootElement.GetProperty("tensors_compared").GetInt32());
    }

    [TestMethod]
    public void Statistics_of_no_tensor_do_not_pass()
    {
        using TestFolder folder = new();
        string stored = folder.Write("stored.json", "{\"fingerprints\":[]}"u8);
        (int exitCode, string output, _) = Run("rosetta", "validate-stats", Small, "--fingerprints", stored, "--json");
        Assert.AreEqual(5, exitCode);
        Assert.Contains("\"passed\":false", output);
        Assert.Contains("no tensor to look at", Run("rosetta", "validate-stats", Small, "--fingerprints", stored).Output);
    }

    [TestMethod]
    public void Run_answers_in_JSON_with_every_field_of_apr_and_null_for_what_an_engine_does_not_tell()
    {
        (int exitCode, string output, string error) = Run("run", Small, "-p", "x", "-n", "3", "--format", "json", "--runner", "echo four");
        Assert.AreEqual(0, exitCode, error);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.AreEqual(
            "model,prompt,text,tokens,tokens_generated,max_tokens,tok_per_sec,inference_time_ms,used_gpu,cached,prompt_tokens,"
                + "completion_tokens,finish_reason,context_length,generation_ms,setup_ms,backend",
            string.Join(',', document.RootElement.EnumerateObject().Select(field => field.Name)));
        Assert.AreEqual("four", document.RootElement.GetProperty("text").GetString());
        Assert.AreEqual(3, document.RootElement.GetProperty("max_tokens").GetInt32());
        Assert.AreEqual(JsonValueKind.Null, document.RootElement.GetProperty("tok_per_sec").ValueKind);
    }

    [TestMethod]
    public void Tensors_are_listed_as_apr_lists_them_a_GGUF_in_its_own_order_and_types_of_an_APR_file_in_small_letters()
    {
        using TestFolder folder = new();
        string apr = folder.File("m.apr");
        Run("rosetta", "convert", Model, apr);
        Assert.AreEqual(("Q6_K", "256,1024"), First(Model, "token_embd"));
        Assert.AreEqual(("q6_k", "1024,256"), First(apr, "embed_tokens"));

        static (string?, string) First(string path, string name)
        {
            using JsonDocument document = JsonDocument.Parse(Run("tensors", path, "--filter", name, "--json").Output);
            JsonElement tensor = document.RootElement.GetProperty("tensors")[0];
            return (tensor.GetProperty("dtype").GetString(),
                string.Join(',', tensor.GetProperty("shape").EnumerateArray().Select(length => length.GetInt64())));
        }
    }

    [TestMethod]
    public void A_wrong_footer_is_no_valid_file()
    {
        using TestFolder folder = new();
        string apr = folder.File("m.apr");
        Run("rosetta", "convert", Small, apr);
        Assert.Contains("\"valid\":true", Run("inspect", apr, "--json").Output);
        byte[] bytes = File.ReadAllBytes(apr);
        bytes[^1] ^= 1;
        File.WriteAllBytes(apr, bytes);
        string output = Run("inspect", apr, "--json").Output;
        Assert.Contains("\"valid\":false", output);
        Assert.Contains("\"checksum_valid\":false", output);
    }

    [TestMethod]
    public void Values_are_told_apart_by_how_far_they_are_apart()
    {
        using TestFolder folder = new();
        string one = folder.Write("one.safetensors", ModelBytes.SafeTensors(1, 2, 3, 4));
        string other = folder.Write("other.safetensors", ModelBytes.SafeTensors(1, 2.0005f, 3.05f, 4.5f));
        (int exitCode, string output, _) = Run("diff", one, other, "--values", "--json");
        Assert.AreEqual(5, exitCode);
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement tensor = document.RootElement.GetProperty("results")[0];
        Assert.AreEqual(
            "name,shape_a,shape_b,element_count,mean_diff,max_diff,rmse,cosine_similarity,identical_count,small_diff_count,"
                + "medium_diff_count,large_diff_count,status",
            string.Join(',', tensor.EnumerateObject().Select(field => field.Name)));
        Assert.AreEqual(0.5, tensor.GetProperty("max_diff").GetDouble());
        Assert.AreEqual(0.1376, tensor.GetProperty("mean_diff").GetDouble(), 1e-4);
        Assert.AreEqual(0.2512, tensor.GetProperty("rmse").GetDouble(), 1e-4);
        Assert.AreEqual(0.9989, tensor.GetProperty("cosine_similarity").GetDouble(), 1e-3);
        Assert.AreEqual(
            "1,1,1,1", string.Join(',', new[] { "identical", "small_diff", "medium_diff", "large_diff" }
                .Select(name => tensor.GetProperty($"{name}_count").GetInt64())));
        Assert.AreEqual("LargeDiff", tensor.GetProperty("status").GetString());

        string broken = folder.Write("broken.safetensors", ModelBytes.SafeTensors(1, 2, 3, float.NaN));
        using JsonDocument critical = JsonDocument.Parse(Run("diff", one, broken, "--values", "--json").Output);
        Assert.AreEqual(1, critical.RootElement.GetProperty("critical_count").GetInt32());
        Assert.AreEqual(0, Run("diff", broken, broken, "--values").ExitCode);
    }

    private static string[] Places(TestFolder folder, string[] words) =>
    [
        .. words.Select(word => word switch { "SMALL" => Small, "MODEL" => Model, "x.apr" => folder.File(word), _ => word }),
    ];

    private static (int ExitCode, string Output, string Error) Run(params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        AprConsole console = new(output, error, TextReader.Null, "0.0.0") { Variable = _ => null };
        return (AprProgram.Run(args, console, CancellationToken.None), output.ToString(), error.ToString());
    }
}
