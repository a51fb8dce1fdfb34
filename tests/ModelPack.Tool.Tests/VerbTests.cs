using System.Text.Json;

namespace ModelPack.Tool.Tests;

/// <summary>The verbs that only read, as processes of their own.</summary>
[TestClass]
public sealed class VerbTests
{
    private static readonly string Gguf = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");
    private static readonly string Hostile = RepositoryData.Corpus("apr/hostile/header-crc-wrong.apr");

    [TestMethod]
    [DataRow("L1")]
    [DataRow("L2")]
    [DataRow("L3")]
    public void A_conversion_is_verified_at_each_level(string level)
    {
        using TestFolder folder = new();
        ToolProcess.Run("convert", Gguf, folder.File("m.apr")).ShouldExitWith(0);
        ToolResult result = ToolProcess.Run("verify", Gguf, folder.File("m.apr"), "--level", level);
        result.ShouldExitWith(0);
        Assert.AreEqual("", result.Error);
        Assert.StartsWith($"equal at {level}, ", result.Output);
    }

    [TestMethod]
    public void A_certificate_stands_for_the_file_and_an_edited_file_is_found()
    {
        using TestFolder folder = new();
        string source = folder.Write("s.safetensors", ModelBytes.SafeTensors(1, 2, 3, 4));
        ToolProcess.Run("convert", source, folder.File("m.gguf")).ShouldExitWith(0);
        ToolProcess.Run("verify", folder.File("m.gguf.modelpack.json"), folder.File("m.gguf"), "--level", "L1").ShouldExitWith(0);

        byte[] bytes = File.ReadAllBytes(folder.File("m.gguf"));
        bytes[bytes.AsSpan().LastIndexOf(new byte[] { 0, 0, 0x80, 0x40 }) + 3] ^= 1;
        File.WriteAllBytes(folder.File("m.gguf"), bytes);
        ToolProcess.Run("verify", folder.File("m.gguf.modelpack.json"), folder.File("m.gguf"), "--level", "L1").ShouldExitWith(1);
    }

    [TestMethod]
    public void Models_that_differ_exit_with_1_and_the_difference_is_named()
    {
        using TestFolder folder = new();
        string first = folder.Write("a.safetensors", ModelBytes.SafeTensors(1, 2, 3));
        string second = folder.Write("b.safetensors", ModelBytes.SafeTensors(1, 5, 3));
        ToolResult result = ToolProcess.Run("verify", first, second);
        result.ShouldExitWith(1);
        Assert.StartsWith("NOT equal at L2, not even L1 holds: ", result.Output);
        Assert.Contains("payload: w: ", result.Output);
        Assert.StartsWith($"{second}: error MP5011: not equal at L2, not even L1 holds; first difference: payload: w: ", result.Error);

        ToolResult json = ToolProcess.Run("verify", first, second, "--json");
        json.ShouldExitWith(1);
        using JsonDocument document = JsonDocument.Parse(json.Output);
        Assert.IsFalse(document.RootElement.GetProperty("passed").GetBoolean());
        JsonElement difference = document.RootElement.GetProperty("differences")[0];
        Assert.AreEqual("payload", difference.GetProperty("kind").GetString());
        Assert.AreEqual(1, difference.GetProperty("elementIndex").GetInt64());
    }

    [TestMethod]
    [DataRow("apr")]
    [DataRow("safetensors")]
    [DataRow("apr,safetensors")]
    public void A_round_trip_returns_the_same_bytes(string via)
    {
        ToolResult result = ToolProcess.Run("roundtrip", Gguf, "--via", via, "--json");
        result.ShouldExitWith(0);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        Assert.IsTrue(document.RootElement.GetProperty("identical").GetBoolean());
        string[] chain = [.. document.RootElement.GetProperty("chain").EnumerateArray().Select(format => format.GetString()!)];
        CollectionAssert.AreEqual((string[])["gguf", .. via.Split(','), "gguf"], chain);
        Assert.AreEqual(chain.Length - 1, document.RootElement.GetProperty("steps").GetArrayLength());
        Assert.StartsWith("identical: ", ToolProcess.Run("roundtrip", Gguf, "--via", via).Output);
    }

    [TestMethod]
    public void A_round_trip_without_the_record_may_differ_and_then_exits_with_1()
    {
        string source = RepositoryData.Corpus("gguf/valid/padding-not-zero.gguf");
        ToolResult result = ToolProcess.Run("roundtrip", source, "--via", "safetensors", "--origin", "none");
        result.ShouldExitWith(1);
        Assert.StartsWith("NOT identical: ", result.Output);
        Assert.StartsWith($"{source}: error MP5012: ", result.Error);
    }

    [TestMethod]
    public void A_header_is_shown_with_metadata_and_tensors()
    {
        ToolResult result = ToolProcess.Run("inspect", Gguf);
        result.ShouldExitWith(0);
        Assert.AreEqual("", result.Error);
        Assert.Contains("architecture qwen2\n", result.Output);
        Assert.Contains("general.architecture", result.Output);
        Assert.Contains("token_embd.weight", result.Output);
    }

    [TestMethod]
    public void Many_tensors_are_listed_when_asked_for()
    {
        string source = RepositoryData.Corpus("safetensors/valid/thousand_tensors.safetensors");
        ToolResult some = ToolProcess.Run("inspect", source);
        Assert.Contains("  ... 980 more; --tensors lists them all\n", some.Output);
        ToolResult all = ToolProcess.Run("inspect", source, "--tensors");
        all.ShouldExitWith(0);
        Assert.AreEqual(980 - 1, all.Output.Count(c => c == '\n') - some.Output.Count(c => c == '\n'));
    }

    [TestMethod]
    public void The_header_as_json_has_every_tensor_and_every_key()
    {
        ToolResult result = ToolProcess.Run("inspect", Gguf, "--json");
        result.ShouldExitWith(0);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(Gguf, ".json")));
        JsonElement[] tensors = [.. document.RootElement.GetProperty("tensors").EnumerateArray()];
        JsonElement[] expectedTensors = [.. expected.RootElement.GetProperty("tensors").EnumerateArray()];
        Assert.IsNotEmpty(expectedTensors);
        CollectionAssert.AreEqual(
            expectedTensors.Select(tensor => tensor.GetProperty("name").GetString()).ToArray(),
            tensors.Select(tensor => tensor.GetProperty("name").GetString()).ToArray());
        Assert.AreEqual(new FileInfo(Gguf).Length, document.RootElement.GetProperty("bytes").GetInt64());
        Assert.AreEqual("gguf", document.RootElement.GetProperty("format").GetString());
        Assert.IsGreaterThan(10, document.RootElement.GetProperty("metadata").GetArrayLength());
    }

    [TestMethod]
    public void A_sound_model_is_called_sound()
    {
        ToolResult result = ToolProcess.Run("validate", Gguf);
        result.ShouldExitWith(0);
        Assert.StartsWith($"{Gguf}: sound\n", result.Output);
    }

    [TestMethod]
    public void A_model_with_nan_exits_with_1_and_the_finding_is_named()
    {
        using TestFolder folder = new();
        string source = folder.Write("nan.safetensors", ModelBytes.SafeTensors(1, 2, float.NaN));
        ToolResult result = ToolProcess.Run("validate", source);
        result.ShouldExitWith(1);
        Assert.StartsWith($"{source}: valid structure, 1 finding\n", result.Output);
        Assert.MatchesRegex(@"nan\.safetensors: error MP21\d\d: w: ", result.Error);

        ToolResult json = ToolProcess.Run("validate", source, "--json");
        json.ShouldExitWith(1);
        using JsonDocument document = JsonDocument.Parse(json.Output);
        Assert.IsFalse(document.RootElement.GetProperty("sound").GetBoolean());
        Assert.AreEqual("w", document.RootElement.GetProperty("findings")[0].GetProperty("place").GetString());
    }

    [TestMethod]
    [DataRow("inspect", "FILE")]
    [DataRow("inspect", "FILE", "--stats")]
    [DataRow("validate", "FILE")]
    [DataRow("hash", "FILE")]
    [DataRow("hash", "FILE", "--format", "gguf-hash")]
    [DataRow("diff", "FILE", "FILE")]
    [DataRow("verify", "FILE", "FILE")]
    [DataRow("roundtrip", "FILE", "--via", "gguf")]
    public void Every_verb_refuses_a_hostile_file_with_3_and_a_missing_one_with_4(string verb, params string[] rest)
    {
        ToolResult hostile = ToolProcess.Run([verb, .. rest.Select(word => word == "FILE" ? Hostile : word), "--json"]);
        hostile.ShouldExitWith(3);
        using JsonDocument document = JsonDocument.Parse(hostile.Output);
        Assert.StartsWith("MP11", document.RootElement.GetProperty("error").GetProperty("code").GetString()!);
        Assert.StartsWith($"{Hostile}: error MP11", hostile.Error);

        string missing = Path.Combine(Path.GetTempPath(), "modelpack-no-such-file.gguf");
        ToolResult absent = ToolProcess.Run([verb, .. rest.Select(word => word == "FILE" ? missing : word), "--json"]);
        absent.ShouldExitWith(4);
        using JsonDocument second = JsonDocument.Parse(absent.Output);
        Assert.AreEqual(missing, second.RootElement.GetProperty("error").GetProperty("file").GetString());
    }

    [TestMethod]
    public void A_folder_with_a_model_is_taken_as_one_model()
    {
        using TestFolder folder = new();
        string source = RepositoryData.Corpus("safetensors/valid/sharded_three");
        Assert.Contains("tensors      5 (5 F32)", ToolProcess.Run("inspect", source).Output);
        ToolProcess.Run("convert", source, folder.File("m.gguf")).ShouldExitWith(0);
        ToolProcess.Run("verify", source, folder.File("m.gguf"), "--level", "L3").ShouldExitWith(0);
    }

    [TestMethod]
    public void A_folder_without_a_model_is_refused()
    {
        using TestFolder folder = new();
        ToolResult result = ToolProcess.Run("inspect", folder.Path);
        result.ShouldExitWith(3);
        Assert.StartsWith($"{folder.Path}: error MP13", result.Error);
    }

    [TestMethod]
    public void A_text_file_is_no_model()
    {
        ToolResult result = ToolProcess.Run("inspect", RepositoryData.Corpus("README.md"));
        result.ShouldExitWith(3);
        Assert.Contains("README.md: error MP1323: ", result.Error);
    }
}
