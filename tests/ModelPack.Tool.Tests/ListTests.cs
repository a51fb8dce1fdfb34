using System.Text.Json;
using System.Text.RegularExpressions;

namespace ModelPack.Tool.Tests;

/// <summary>One value, lists by layer and by size, and what many differences look like.</summary>
[TestClass]
public sealed class ListTests
{
    private static readonly string Model = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");
    private static readonly string Other = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q8_0.gguf");

    [TestMethod]
    public void One_value_is_printed_whole_and_alone()
    {
        Assert.AreEqual("qwen2\n", Show("--key", "general.architecture"));
        Assert.AreEqual("4\n", Show("--key", "qwen2.block_count"));
        string template = Show("--key", "tokenizer.chat_template");
        Assert.StartsWith("{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n", template);
        Assert.IsGreaterThan(1000, Show("--key", "tokenizer.ggml.merges").Split(' ').Length);
        using JsonDocument json = JsonDocument.Parse(Show("--key", "general.architecture", "--json"));
        Assert.AreEqual("qwen2", json.RootElement.GetProperty("metadata").EnumerateArray().Single().GetProperty("value").GetString());
        Assert.AreEqual(0, json.RootElement.GetProperty("tensors").GetArrayLength());
    }

    [TestMethod]
    public void A_value_steers_no_terminal()
    {
        using TestFolder folder = new();
        string path = folder.File("m.gguf");
        File.WriteAllText(folder.File("text"), "one\n\u001b[31mtwo\r\n::error::three");
        InProcess.Run("edit", Model, path, "--set-file", $"general.name={folder.File("text")}").ShouldExitWith(0);
        string value = InProcess.Run("inspect", path, "--key", "general.name").Output;
        Assert.AreEqual(@"one" + "\n" + @"\u001B[31mtwo" + "\n" + @":\u003Aerro\u0072:\u003Athree" + "\n", value);
    }

    [TestMethod]
    public void A_key_that_is_not_there_is_refused_with_those_that_come_near()
    {
        ToolResult result = InProcess.Run("inspect", Model, "--key", "general.architectur");
        result.ShouldExitWith(2);
        Assert.Contains("error MP2402: there is no key 'general.architectur', but 'general.architecture'.", result.Error);
    }

    [TestMethod]
    public void The_same_tensor_of_all_layers_is_one_line_for_each_type_and_shape()
    {
        string[] lines = Tensors(Show("--layers"));
        Assert.HasCount(16, lines);
        CollectionAssert.Contains(lines, "blk.{0-3}.ffn_gate.weight Q4_K [512, 256] 4 294,912");
        CollectionAssert.Contains(lines, "blk.{0-1}.ffn_down.weight Q4_K [256, 512] 2 147,456");
        CollectionAssert.Contains(lines, "blk.{2-3}.ffn_down.weight Q6_K [256, 512] 2 215,040");
        Assert.AreEqual("blk.{0-3}.ffn_gate.weight Q4_K [512, 256] 4 294,912", Tensors(Show("--layers", "--sort", "size"))[0]);
    }

    [TestMethod]
    public void Tensors_come_in_the_order_that_is_asked_for()
    {
        Assert.StartsWith("output_norm.weight ", Tensors(Show())[0]);
        string[] sizes = [.. Tensors(Show("--tensors", "--sort", "size")).Select(line => line.Split(' ')[^2])];
        CollectionAssert.AreEqual(sizes.OrderByDescending(size => int.Parse(size.Replace(",", ""))).ToArray(), sizes);
        string[] names = [.. Tensors(Show("--tensors", "--sort", "name")).Select(line => line.Split(' ')[0])];
        CollectionAssert.AreEqual(names.Order(StringComparer.Ordinal).ToArray(), names);
        string[] types = [.. Tensors(Show("--tensors", "--sort", "type")).Select(line => line.Split(' ')[1])];
        CollectionAssert.AreEqual(types.Order(StringComparer.Ordinal).ToArray(), types);
        Assert.StartsWith("blk.0.attn_k.bias ", Tensors(Show("--stats", "--sort", "name"))[0]);
    }

    [TestMethod]
    [DataRow("--layers", "--tensors")]
    [DataRow("--layers", "--stats")]
    [DataRow("--key", "a", "--stats")]
    public void Lists_that_exclude_each_other_are_refused(params string[] options) =>
        InProcess.Run(["inspect", Model, .. options]).ShouldExitWith(2);

    [TestMethod]
    [DataRow("diff")]
    [DataRow("verify")]
    public void Two_quantizations_are_a_table_with_a_sum_for_each_pair_of_types(string verb)
    {
        ToolResult result = InProcess.Run(verb, Model, Other);
        result.ShouldExitWith(1);
        string[] lines = [.. result.Output.Split('\n').Select(line => Regex.Replace(line.Trim(), " {2,}", " "))];
        CollectionAssert.Contains(lines, "Q6_K, Q8_0 5 587,339 99.5 0.00465012 blk.2.attn_v.weight");
        CollectionAssert.Contains(lines, "Q4_K, Q8_0 24 2,031,454 99.9 0.019671 blk.0.ffn_gate.weight");
        CollectionAssert.Contains(lines, "blk.{0-1}.ffn_down.weight Q4_K, Q8_0 2 262,123 99.9 0.0116261");
        Assert.Contains("general.file_type", result.Output);
        Assert.DoesNotContain("decoded values differ, first element", result.Output);
        Assert.IsLessThan(30, lines.Length);
        string[] table = [
            .. result.Output.Split('\n').SkipWhile(line => !line.StartsWith("values differ")).TakeWhile(line => line != "metadata")];
        Assert.IsLessThanOrEqualTo(80, table.Max(line => line.Length));
    }

    [TestMethod]
    public void Values_of_one_type_that_differ_in_a_few_tensors_are_sentences()
    {
        using TestFolder folder = new();
        string path = folder.File("m.gguf");
        byte[] bytes = File.ReadAllBytes(Model);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains("blk.3.ffn_up.weight' (Q4_K) differs in ", InProcess.Run("diff", Model, path).Output);
    }

    private static string Show(params string[] options)
    {
        ToolResult result = InProcess.Run(["inspect", Model, .. options]);
        result.ShouldExitWith(0);
        return result.Output;
    }

    private static string[] Tensors(string report) => [.. report.Split('\n').SkipWhile(line => line != "tensors").Skip(2)
        .TakeWhile(line => line.StartsWith("  ") && !line.StartsWith("  ...")).Select(line => Regex.Replace(line.Trim(), " {2,}", " "))];
}
