using System.Text.Json;
using System.Text.RegularExpressions;

namespace ModelPack.Tool.Tests;

/// <summary>The verb <c>convert</c>, as a process of its own.</summary>
[TestClass]
public sealed class ConvertTests
{
    private static readonly string Gguf = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q8_0.gguf");

    [TestMethod]
    [DataRow("model.apr")]
    [DataRow("model.safetensors")]
    [DataRow("model.GGUF")]
    public void A_conversion_prints_its_proof_and_writes_output_and_certificate(string name)
    {
        using TestFolder folder = new();
        ToolResult result = ToolProcess.Run("convert", Gguf, folder.File(name));
        result.ShouldExitWith(0);
        Assert.AreEqual(name == "model.GGUF", result.Error.Length == 0);
        Assert.StartsWith(
            $"random-qwen2-small-Q8_0.gguf -> {folder.File(name)}: L3 proved, converting back gives the source byte for byte\n",
            result.Output);
        string[] side = name switch
        {
            "model.apr" => ["model.apr.ggml-blocks.safetensors"],
            "model.safetensors" => ["model.ggml-blocks.safetensors"],
            _ => [],
        };
        CollectionAssert.AreEquivalent((string[])[name, $"{name}.modelpack.json", .. side], folder.Names);
        Assert.Contains($"certificate  {folder.File(name)}.modelpack.json\n", result.Output);
    }

    [TestMethod]
    public void Standard_output_is_exactly_one_json_document_that_holds_the_certificate()
    {
        using TestFolder folder = new();
        ToolResult result = ToolProcess.Run("convert", Gguf, folder.File("m.apr"), "--json", "--sha256");
        result.ShouldExitWith(0);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        JsonElement root = document.RootElement;
        Assert.AreEqual(1, root.GetProperty("schema").GetInt32());
        Assert.AreEqual("convert", root.GetProperty("kind").GetString());
        using JsonDocument certificate = JsonDocument.Parse(File.ReadAllText(root.GetProperty("certificatePath").GetString()!));
        Assert.IsTrue(JsonElement.DeepEquals(certificate.RootElement, root.GetProperty("certificate")));
        string sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Gguf)));
        Assert.Contains(sha256, result.Output);
    }

    [TestMethod]
    [DataRow("m.safetensors")]
    [DataRow("m.apr")]
    public void The_size_of_a_widened_output_is_told_on_standard_error_before_the_conversion(string name)
    {
        using TestFolder folder = new();
        ToolResult result = ToolProcess.Run("convert", Gguf, folder.File(name), "--json");
        result.ShouldExitWith(0);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        long after = document.RootElement.GetProperty("certificate").GetProperty("output").GetProperty("bytes").GetInt64();
        string size = FormattableString.Invariant($"the output takes {after:N0} bytes, ");
        Assert.MatchesRegex(
            $"^{Regex.Escape(Gguf)}: [0-9]+ quantized tensors become F32: {size}[0-9.]+ times the [0-9,]+ bytes of the source; [^\n]+\n$",
            result.Error);

        ToolResult blocks = ToolProcess.Run("convert", Gguf, folder.File(name), "--quantized", "blocks", "--force");
        blocks.ShouldExitWith(0);
        Assert.AreEqual("", blocks.Error);
    }

    [TestMethod]
    public void A_conversion_that_fails_has_told_the_size_before()
    {
        using TestFolder folder = new();
        ToolResult result = ToolProcess.Run(
            "convert", RepositoryData.Corpus("gguf/hostile/nan-q8_0-scale-inf.gguf"), folder.File("m.safetensors"));
        result.ShouldExitWith(1);
        string[] lines = result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.HasCount(2, lines);
        Assert.Contains("quantized tensors become F32", lines[0]);
        Assert.Contains("error MP2002", lines[1]);
        Assert.IsEmpty(folder.Names);
    }

    [TestMethod]
    public void The_format_can_be_named_when_the_ending_says_nothing()
    {
        using TestFolder folder = new();
        ToolProcess.Run("convert", Gguf, folder.File("m.bin"), "--to", "safetensors").ShouldExitWith(0);
        Assert.Contains("SafeTensors", ToolProcess.Run("inspect", folder.File("m.bin")).Output);
    }

    [TestMethod]
    public void The_way_back_gives_the_same_file()
    {
        using TestFolder folder = new();
        ToolProcess.Run("convert", Gguf, folder.File("m.apr"), "--threads", "1").ShouldExitWith(0);
        ToolProcess.Run("convert", folder.File("m.apr"), folder.File("m.gguf")).ShouldExitWith(0);
        CollectionAssert.AreEqual(File.ReadAllBytes(Gguf), File.ReadAllBytes(folder.File("m.gguf")));
    }

    [TestMethod]
    public void Without_the_record_less_is_proved_and_that_is_said()
    {
        using TestFolder folder = new();
        ToolResult result = ToolProcess.Run("convert", Gguf, folder.File("m.safetensors"), "--origin", "none");
        result.ShouldExitWith(0);
        Assert.MatchesRegex("L[12] proved", result.Output);
    }

    [TestMethod]
    public void A_tensor_that_the_target_lacks_is_refused_when_asked_to()
    {
        using TestFolder folder = new();
        ToolResult result = ToolProcess.Run("convert", Gguf, folder.File("m.safetensors"), "--quantized", "native");
        result.ShouldExitWith(3);
        Assert.Contains($"{Gguf}: error MP2005: tensor '", result.Error);
        Assert.IsEmpty(folder.Names);
    }

    [TestMethod]
    public void A_missing_source_exits_with_4()
    {
        using TestFolder folder = new();
        ToolResult result = ToolProcess.Run("convert", folder.File("none.gguf"), folder.File("m.apr"));
        result.ShouldExitWith(4);
        Assert.StartsWith($"{folder.File("none.gguf")}: error MP", result.Error);
        Assert.IsEmpty(folder.Names);
    }

    [TestMethod]
    public void A_hostile_source_exits_with_3_and_leaves_nothing()
    {
        using TestFolder folder = new();
        ToolResult result = ToolProcess.Run(
            "convert", RepositoryData.Corpus("apr/hostile/header-crc-wrong.apr"), folder.File("m.gguf"), "--json");
        result.ShouldExitWith(3);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        JsonElement error = document.RootElement.GetProperty("error");
        Assert.MatchesRegex("^MP11[0-9]{2}$", error.GetProperty("code").GetString()!);
        Assert.EndsWith("header-crc-wrong.apr", error.GetProperty("file").GetString()!);
        Assert.AreEqual(JsonValueKind.Number, error.GetProperty("byteOffset").ValueKind);
        Assert.MatchesRegex(@"^\S+header-crc-wrong\.apr: error MP11\d\d: .+\n$", result.Error);
        Assert.IsEmpty(folder.Names);
    }

    [TestMethod]
    public void A_source_with_nan_exits_with_1_and_names_the_place_unless_it_is_allowed()
    {
        using TestFolder folder = new();
        string source = folder.Write("nan.safetensors", ModelBytes.SafeTensors(1, 2, float.NaN, float.PositiveInfinity));
        ToolResult refused = ToolProcess.Run("convert", source, folder.File("m.gguf"));
        refused.ShouldExitWith(1);
        Assert.StartsWith($"{source}: error MP2002: tensor 'w': ", refused.Error);
        Assert.Contains("--allow-nonfinite", refused.Error);
        CollectionAssert.AreEqual(new[] { "nan.safetensors" }, folder.Names);

        ToolResult allowed = ToolProcess.Run("convert", source, folder.File("m.gguf"), "--allow-nonfinite");
        allowed.ShouldExitWith(0);
        Assert.Contains("2 non-finite values kept", allowed.Output);
    }

    [TestMethod]
    public void An_existing_target_is_kept_unless_forced()
    {
        using TestFolder folder = new();
        string target = folder.Write("m.apr", "keep me"u8);
        ToolResult refused = ToolProcess.Run("convert", Gguf, target);
        refused.ShouldExitWith(4);
        Assert.Contains("--force", refused.Error);
        Assert.AreEqual("keep me", File.ReadAllText(target));

        ToolProcess.Run("convert", Gguf, target, "--force").ShouldExitWith(0);
        Assert.IsGreaterThan(1_000_000, new FileInfo(target).Length);
    }

    [TestMethod]
    public void Narrowing_has_to_be_allowed_and_is_measured()
    {
        using TestFolder folder = new();
        string[] words = ["convert", Gguf, folder.File("m.safetensors"), "--dtype", "bf16"];
        ToolResult refused = ToolProcess.Run(words);
        refused.ShouldExitWith(1);
        Assert.Contains("error MP2011: narrowing to BF16 rounds", refused.Error);
        Assert.Contains("--allow-lossy", refused.Error);
        Assert.IsEmpty(folder.Names);

        ToolResult beyond = ToolProcess.Run([.. words, "--allow-lossy", "--epsilon", "1e-9"]);
        beyond.ShouldExitWith(1);
        Assert.MatchesRegex("error MP2011: tensor '[^']+': element [0-9]+ is .* in BF16, more than 1E-09 apart", beyond.Error);
        Assert.IsEmpty(folder.Names);

        ToolResult allowed = ToolProcess.Run([.. words, "--allow-lossy", "--epsilon", "0.5"]);
        allowed.ShouldExitWith(0);
        Assert.Contains("L3 proved", allowed.Output);
        Assert.MatchesRegex("changed in value, rounding to BF16 is off by at most [0-9.E-]+\n", allowed.Output);
        ToolProcess.Run("convert", folder.File("m.safetensors"), folder.File("back.gguf")).ShouldExitWith(0);
        CollectionAssert.AreEqual(File.ReadAllBytes(Gguf), File.ReadAllBytes(folder.File("back.gguf")));
        ToolProcess.Run("roundtrip", Gguf, "--via", "safetensors,apr", "--dtype", "f16", "--allow-lossy").ShouldExitWith(0);
    }

    [TestMethod]
    public void Narrowing_within_a_format_is_no_copy()
    {
        using TestFolder folder = new();
        string source = folder.File("m.safetensors");
        ToolProcess.Run("convert", Gguf, source, "--origin", "none").ShouldExitWith(0);
        ToolProcess.Run("convert", source, folder.File("half.safetensors"), "--dtype", "f16", "--allow-lossy").ShouldExitWith(0);
        Assert.Contains("F16", ToolProcess.Run("inspect", folder.File("half.safetensors")).Output);
        ToolProcess.Run("convert", folder.File("half.safetensors"), folder.File("back.safetensors")).ShouldExitWith(0);
    }

    [TestMethod]
    public void The_report_is_a_copy_of_the_certificate()
    {
        using TestFolder folder = new();
        ToolProcess.Run("convert", Gguf, folder.File("m.apr"), "--quantized", "blocks", "--report", folder.File("proof.json"))
            .ShouldExitWith(0);
        Assert.AreEqual(File.ReadAllText(folder.File("m.apr.modelpack.json")), File.ReadAllText(folder.File("proof.json")));
        CollectionAssert.AreEqual(new[] { "m.apr", "m.apr.modelpack.json", "proof.json" }, folder.Names);
    }

    [TestMethod]
    public void A_report_that_cannot_be_written_is_refused_before_anything_is_converted()
    {
        using TestFolder folder = new();
        string report = folder.Write("proof.json", "keep me"u8);
        ToolResult exists = ToolProcess.Run("convert", Gguf, folder.File("m.apr"), "--report", report);
        exists.ShouldExitWith(4);
        Assert.Contains("proof.json: error MP5022: ", exists.Error);

        ToolResult noFolder = ToolProcess.Run("convert", Gguf, folder.File("m.apr"), "--report", folder.File("none/proof.json"));
        noFolder.ShouldExitWith(4);
        Assert.Contains("MP5021: the folder for the report does not exist", noFolder.Error);
        CollectionAssert.AreEqual(new[] { "proof.json" }, folder.Names);

        ToolProcess.Run("convert", Gguf, folder.File("m.apr"), "--report", report, "--force").ShouldExitWith(0);
        Assert.AreNotEqual("keep me", File.ReadAllText(report));
    }
}
