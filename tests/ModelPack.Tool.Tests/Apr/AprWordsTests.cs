using System.Text.Json;
using ModelPack.Qa.Apr;

namespace ModelPack.Tool.Tests.Apr;

/// <summary>The words of apr: arguments, JSON and exit codes (apr-rosetta.md §1, qa-gates.md §5).</summary>
[TestClass]
public sealed class AprWordsTests
{
    private static readonly string Model = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");
    private static readonly string Small = RepositoryData.Corpus("gguf/valid/padding-not-zero.gguf");
    private static readonly string Broken = RepositoryData.Corpus("safetensors/valid/nan_inf_signed_zero_subnormal.safetensors");

    [TestMethod]
    [DataRow(2, "no command")]
    [DataRow(2, "unrecognized subcommand 'frob'", "frob")]
    [DataRow(2, "unrecognized subcommand 'rosetta frob'", "rosetta", "frob")]
    [DataRow(2, "unexpected argument '--frob' found", "inspect", "SMALL", "--frob")]
    [DataRow(2, "unexpected argument 'b' found", "rosetta", "verify", "SMALL", "b")]
    [DataRow(2, "needs 2 argument(s) and got 1", "rosetta", "convert", "SMALL")]
    [DataRow(2, "a value is required for '--filter'", "tensors", "SMALL", "--filter")]
    [DataRow(2, "not a whole number", "tensors", "SMALL", "--limit", "x")]
    [DataRow(3, "File not found: none.gguf", "inspect", "none.gguf")]
    [DataRow(3, "File not found: none.gguf", "rosetta", "convert", "none.gguf", "x.apr")]
    [DataRow(4, "", "inspect", "DAMAGED")]
    [DataRow(4, "", "tensors", "DAMAGED")]
    [DataRow(5, "", "validate", "DAMAGED")]
    [DataRow(5, "", "check", "DAMAGED")]
    [DataRow(5, "", "rosetta", "inspect", "DAMAGED")]
    [DataRow(5, "Unknown target ending", "rosetta", "convert", "SMALL", "x.onnx")]
    [DataRow(5, "Unknown quantization 'q9'", "rosetta", "convert", "SMALL", "x.apr", "--quantize", "q9")]
    [DataRow(5, "Unknown format 'onnx'", "rosetta", "verify", "SMALL", "--intermediate", "onnx")]
    [DataRow(5, "exists", "export", "SMALL", "--format", "apr", "-o", "SMALL2")]
    [DataRow(10, "is remote", "import", "hf://org/name", "-o", "x.apr")]
    [DataRow(10, "not in the local cache", "pull", "org/none")]
    [DataRow(2, "is no ORG/NAME", "pull", "../..")]
    [DataRow(12, "never quantizes anew", "rosetta", "convert", "SMALL", "x.apr", "--quantize", "q4_k")]
    [DataRow(12, "--compress", "convert", "SMALL", "-o", "x.apr", "--compress", "lz4")]
    [DataRow(12, "--min-score", "validate", "SMALL", "--min-score", "50")]
    [DataRow(14, "'run' is not available", "run", "SMALL", "-p", "x")]
    [DataRow(14, "'chat' is not available", "chat", "SMALL")]
    [DataRow(14, "'serve' is not available", "serve", "SMALL", "--port", "1")]
    [DataRow(14, "'compare-inference' is not available", "rosetta", "compare-inference", "SMALL", "SMALL")]
    [DataRow(14, "an engine tells its text alone", "bench", "SMALL", "--warmup", "1", "--iterations", "2", "--json")]
    [DataRow(14, "an engine tells its text alone", "profile", "SMALL", "--ci", "--assert-p99", "1", "--json")]
    [DataRow(3, "File not found", "bench", "none.gguf")]
    [DataRow(8, "cannot be started", "run", "SMALL", "-p", "x", "--runner", "/no/such/engine {model}")]
    public void Each_failure_has_the_exit_code_of_apr_and_one_line_of_error(int exitCode, string message, params string[] words)
    {
        using TestFolder folder = new();
        string damaged = folder.Write("damaged.gguf", File.ReadAllBytes(Small).AsSpan(0, 40));
        string second = folder.Write("exists.apr", [1]);
        string[] args = [.. words.Select(word => word switch
        {
            "SMALL" => Small, "SMALL2" => second, "DAMAGED" => damaged, "x.apr" or "x.onnx" => folder.File(word), _ => word,
        })];
        (int actual, string output, string error) = Run(folder, args);
        Assert.AreEqual(exitCode, actual, error);
        if (args.Length > 0)
        {
            Assert.AreEqual("", output);
            Assert.StartsWith("error: ", error);
            Assert.HasCount(1, error.TrimEnd('\n').Split('\n'));
            Assert.Contains(message, error);
        }
    }

    [TestMethod]
    [DataRow(
        "format,file_size,total_params,tensor_count,tensor_names,architecture,hidden_size,num_layers,num_attention_heads,"
            + "num_key_value_heads,vocab_size,quantization,metadata_keys,tensors",
        "rosetta", "inspect", "MODEL")]
    [DataRow("path,source,target,level", "rosetta", "convert", "MODEL", "OUT.apr")]
    [DataRow("path,source,target", "rosetta", "convert", "MODEL", "MODEL")]
    [DataRow("chain,steps,total_steps,success", "rosetta", "chain", "SMALL", "gguf", "apr", "gguf", "--work-dir", "OUT")]
    [DataRow("is_equivalent,max_diff,mean_diff,failed_tensors,difference", "rosetta", "verify", "SMALL", "--intermediate", "apr")]
    [DataRow(
        "model_a,model_b,tensors_a,tensors_b,tensors_compared,layout_mismatches,missing_in_a,missing_in_b,diagnosis,passed",
        "rosetta", "diff-tensors", "SMALL", "SMALL")]
    [DataRow("fingerprints", "rosetta", "fingerprint", "SMALL")]
    [DataRow("fingerprints,total_tensors,anomalies,missing_in_a,missing_in_b,passed", "rosetta", "fingerprint", "SMALL", "SMALL")]
    [DataRow(
        "model,threshold,strict,total_tensors,anomalies,anomaly_details,passed", "rosetta", "validate-stats", "SMALL", "--reference",
        "SMALL")]
    [DataRow("model,format,valid,passed,total_tensors,failed_tensors,findings,not_checked", "validate", "MODEL", "--strict")]
    [DataRow("model,architecture,stages,passed,total,all_passed", "check", "MODEL")]
    [DataRow("file,format_version,tensor_count,total_size_bytes,tensors", "tensors", "SMALL", "--stats")]
    [DataRow(
        "file1,file2,format1,format2,identical,difference_count,structural_diffs,category_counts,differences", "diff", "SMALL", "SMALL")]
    [DataRow(
        "model_a,model_b,tensors_compared,identical_count,transposed_count,critical_count,large_count,medium_count,results", "diff",
        "SMALL", "SMALL", "--values")]
    [DataRow(
        "status,input,output,original_size,converted_size,tensor_count,reduction_ratio,reduction_percent,quantization,compression",
        "convert", "SMALL", "-o", "OUT.apr")]
    [DataRow("source,output,architecture,validation,quantize,score,grade,status,warnings", "import", "MODEL", "-o", "OUT.apr")]
    [DataRow(
        "status,original_size,exported_size,tensor_count,format,quantization", "export", "SMALL", "--format", "apr", "-o", "OUT.apr")]
    [DataRow(
        "plan,status,input,input_size,output,output_size,format,quantization", "export", "SMALL", "--format", "apr", "--plan")]
    public void Each_answer_has_the_fields_of_apr(string fields, params string[] words)
    {
        using TestFolder folder = new();
        string[] args = [.. words.Select(word => word switch
        {
            "SMALL" => Small, "MODEL" => Model, "OUT" or "OUT.apr" => folder.File(word), _ => word,
        })];
        (int exitCode, string output, string error) = Run(folder, [.. args, "--json"]);
        Assert.AreEqual(0, exitCode, error);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.AreEqual(fields, string.Join(',', document.RootElement.EnumerateObject().Select(property => property.Name)));
        Assert.HasCount(1, output.TrimEnd('\n').Split('\n'));
        (exitCode, output, _) = Run(folder, [.. args, .. words[0] is "convert" or "export" ? ["--force"] : Array.Empty<string>()]);
        Assert.AreEqual(0, exitCode);
        Assert.AreNotEqual("", output);
    }

    [TestMethod]
    public void A_fingerprint_names_its_quantiles_and_hashes_the_order_of_the_values()
    {
        using TestFolder folder = new();
        string one = folder.Write("one.safetensors", ModelBytes.SafeTensors(-2, 1, 4));
        string other = folder.Write("other.safetensors", ModelBytes.SafeTensors(4, 1, -2));
        JsonElement first = Fingerprint(folder, one);
        JsonElement second = Fingerprint(folder, other);
        Assert.AreEqual(-2, first.GetProperty("p5").GetDouble());
        Assert.AreEqual(1, first.GetProperty("p50").GetDouble());
        Assert.AreEqual(4, first.GetProperty("p95").GetDouble());
        Assert.AreEqual(1, first.GetProperty("mean").GetDouble());
        Assert.AreEqual(first.GetProperty("mean").GetDouble(), second.GetProperty("mean").GetDouble());
        Assert.AreNotEqual(first.GetProperty("checksum").GetInt64(), second.GetProperty("checksum").GetInt64());
    }

    [TestMethod]
    public void A_changed_value_fails_every_word_that_compares()
    {
        using TestFolder folder = new();
        string one = folder.Write("one.safetensors", ModelBytes.SafeTensors(-2, 1, 4));
        string other = folder.Write("other.safetensors", ModelBytes.SafeTensors(4, 1, -2));
        string near = folder.Write("near.safetensors", ModelBytes.SafeTensors(-2, 1, 4.5f));
        string stored = folder.File("stored.json");
        Run(folder, "rosetta", "fingerprint", one, "-o", stored);
        foreach (string[] words in new string[][]
        {
            ["rosetta", "diff-tensors", one, other], ["rosetta", "fingerprint", one, other], ["diff", one, other],
            ["diff", one, other, "--values"], ["rosetta", "validate-stats", near, "--reference", one],
            ["rosetta", "validate-stats", near, "--fingerprints", stored], ["rosetta", "validate-stats", Broken], ["validate", Broken],
            ["check", Broken],
        })
        {
            (int exitCode, string output, string error) = Run(folder, [.. words, "--json"]);
            Assert.AreEqual(5, exitCode, $"{string.Join(' ', words)}: {error}");
            using JsonDocument document = JsonDocument.Parse(output);
        }

        Assert.AreEqual(0, Run(folder, "rosetta", "validate-stats", near, "--reference", one, "--threshold", "3").ExitCode);
        Assert.AreEqual(0, Run(folder, "rosetta", "validate-stats", one, "--fingerprints", stored).ExitCode);
        Assert.Contains("\"mismatched_tensors\":[{", Run(folder, "rosetta", "diff-tensors", one, other, "--json").Output);
    }

    [TestMethod]
    public void A_model_in_the_cache_is_pulled_without_the_network()
    {
        using TestFolder folder = new();
        string snapshot = folder.File("models--org--name/snapshots/abc");
        Directory.CreateDirectory(snapshot);
        File.WriteAllBytes(Path.Combine(snapshot, "model.safetensors"), ModelBytes.SafeTensors(1));
        (int exitCode, string output, _) = Run(folder, "pull", "--json", "org/name");
        Assert.AreEqual(0, exitCode);
        Assert.AreEqual($"Path: {snapshot}/model.safetensors\n", output);
    }

    [TestMethod]
    public void An_engine_as_a_program_gets_model_prompt_and_tokens()
    {
        using TestFolder folder = new();
        string engine = "sh -c \"echo $1 of $(basename $2), $3\" sh {prompt} {model} {max_tokens}";
        (int exitCode, string output, string error) = Run(folder, "run", Small, "-p", "What is 2+2?", "-n", "7", "--runner", engine);
        Assert.AreEqual(0, exitCode, error);
        Assert.AreEqual("Output:\nWhat is 2+2? of padding-not-zero.gguf, 7\n", output);
        Assert.AreEqual(8, Run(folder, "run", Small, "-p", "x", "--runner", "sh -c \"exit 3\"").ExitCode);
    }

    [TestMethod]
    public void Answers_are_written_as_apr_writes_them_and_nothing_in_them_hides_or_commands()
    {
        using TestFolder folder = new();
        string path = folder.Write("a+b<c>\u202E##vso[x] error X: ü.gguf", File.ReadAllBytes(Small));
        string output = Run(folder, "inspect", path, "--json").Output;
        Assert.Contains("a+b<c>\\u202E#\\u0023vso[x] erro\\u0072 X: ü.gguf", output);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.AreEqual(path, document.RootElement.GetProperty("file").GetString());
        Assert.Contains("\"path\":\"GGUF → APR\"", Run(folder, "rosetta", "convert", Small, folder.File("x.apr"), "--json").Output);
    }

    [TestMethod]
    public void No_line_error_or_path_hides_or_commands()
    {
        using TestFolder folder = new();
        const string Hostile = "a\u202E##vso[x]\u001b[2J error X";
        string path = folder.File($"{Hostile}.safetensors");
        new ModelBuilder(ModelFormat.SafeTensors).Add(Hostile, [2], new float[] { 1, 2 }).Save(path);
        string snapshot = folder.File($"{Hostile}/models--org--name/snapshots/abc");
        Directory.CreateDirectory(snapshot);
        File.Copy(Small, Path.Combine(snapshot, "m.gguf"));
        string[] shown =
        [
            Run(folder, "tensors", path).Output, Run(folder, "inspect", path + "x").Error,
            InProcess.Run("apr", "--install-shim", folder.File(Hostile + ".d")).Output, Pulled(folder.File(Hostile)),
        ];
        foreach (string text in shown)
        {
            Assert.Contains("a\\u202E#\\u0023vso[x]\\u001B[2J", text);
            Assert.IsFalse(text.Any(character => character is '\u202e' or '\u001b') || text.Contains("##vso"), text);
        }
    }

    private static string Pulled(string cache)
    {
        using StringWriter output = new() { NewLine = "\n" };
        AprConsole console = new(output, TextWriter.Null, TextReader.Null, "0.0.0")
        {
            Variable = name => name == "HF_HUB_CACHE" ? cache : null,
        };
        Assert.AreEqual(0, AprProgram.Run(["pull", "org/name"], console, CancellationToken.None));
        return output.ToString();
    }

    [TestMethod]
    public void The_shim_forwards_words_and_exit_codes()
    {
        using TestFolder folder = new();
        string bin = folder.File("bin dir");
        ToolProcess.Run("apr", "--install-shim", bin, "--runner", "echo \"it's\"").ShouldExitWith(0);
        string shim = Path.Combine(bin, "apr");
        ToolProcess.RunProgram(shim, "rosetta", "convert", Small, folder.File("a b.apr")).ShouldExitWith(0);
        Assert.IsTrue(File.Exists(folder.File("a b.apr")));
        ToolProcess.RunProgram(shim, "rosetta", "verify", "a", "b").ShouldExitWith(2);
        ToolResult answer = ToolProcess.RunProgram(shim, "run", Small, "-p", "x");
        Assert.AreEqual("Output:\nit's\n", answer.Output, answer.Error);
        Assert.StartsWith("apr (ModelPack) ", ToolProcess.RunProgram(shim, "--version").Output);
        Assert.AreEqual(2, ToolProcess.Run("apr", "--install-shim", bin, "--frob", "x").ExitCode);
        ToolProcess.Run("apr", $"--install-shim={bin}").ShouldExitWith(0);
        Assert.DoesNotContain("MODELPACK_RUNNER", File.ReadAllText(shim));
        Assert.Contains("Usage: apr rosetta convert SOURCE TARGET", ToolProcess.RunProgram(shim, "rosetta", "convert", "--help").Output);
        File.WriteAllText(shim, "#!/bin/sh\nexit 0\n");
        ToolResult refused = ToolProcess.Run("apr", "--install-shim", bin);
        refused.ShouldExitWith(5);
        Assert.Contains("is another program", refused.Error);
        Assert.AreEqual("#!/bin/sh\nexit 0\n", File.ReadAllText(shim));
    }

    [TestMethod]
    public void Rosetta_is_short_for_the_group_of_that_name()
    {
        ToolResult result = InProcess.Run("rosetta", "inspect", Small, "--json");
        result.ShouldExitWith(0);
        Assert.AreEqual(InProcess.Run("apr", "rosetta", "inspect", Small, "--json").Output, result.Output);
    }

    private static JsonElement Fingerprint(TestFolder folder, string path)
    {
        using JsonDocument document = JsonDocument.Parse(Run(folder, "rosetta", "fingerprint", path, "--json").Output);
        return document.RootElement.GetProperty("fingerprints")[0].Clone();
    }

    private static (int ExitCode, string Output, string Error) Run(TestFolder folder, params string[] args)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        AprConsole console = new(output, error, TextReader.Null, "0.0.0")
        {
            Variable = name => name == "HF_HUB_CACHE" ? folder.Path : null,
        };
        return (AprProgram.Run(args, console, CancellationToken.None), output.ToString(), error.ToString());
    }
}
