using System.Text.Json.Nodes;
using ModelPack.Codec.Tests.Architectures;
using ModelPack.Models;

namespace ModelPack.Codec.Tests.Conversion;

/// <summary>Inputs after public bug reports on configs and keys (tests/data/cases).</summary>
[TestClass]
public sealed class ReportedCaseTests
{
    [TestMethod]
    [DataRow(
        "json-infinity", "nemotron", "K-JSON",
        "'config.json': time_step_limit holds Infinity or NaN, which is no JSON; it is read as Python reads it")]
    [DataRow(
        "config-duplicate-key", "model", "K-JSON",
        "'config.json': use_cache stands more than once in one object; the last value counts, as in Python")]
    [DataRow("pad-minus-one", "model", "K-TOKEN-ID", "'config.json: pad_token_id' is -1, which stands for no token")]
    public void What_python_reads_is_sound_with_a_note(string name, string folder, string rule, string text)
    {
        ValidationReport report = ModelValidator.Validate(At(name, folder));
        Assert.IsEmpty(report.Findings, string.Join("; ", report.Findings.Select(finding => finding.Text)));
        Assert.Contains(
            text, report.Notes.Where(note => note.Rule == rule).Select(note => note.Text).ToArray(),
            string.Join("; ", report.Notes.Select(note => note.Text)));
    }

    [TestMethod]
    [DataRow("pad-minus-one", "config.json: pad_token_id is -1, which stands for no token")]
    [DataRow("config-duplicate-key", "config.json: use_cache stands more than once in one object; the last value counts, as in Python")]
    public void What_python_reads_is_converted_with_a_note(string name, string note) => WithGguf(At(name, "model"), (gguf, certificate) =>
    {
        Assert.AreEqual("qwen3", gguf.Architecture);
        Assert.Contains("blk.0.attn_q.weight", gguf.Tensors.Select(tensor => tensor.Name).ToArray());
        Assert.Contains(note, certificate.Notes);
    });

    [TestMethod]
    public void Pooling_of_a_decoder_is_in_the_gguf() => WithGguf(
        At("decoder-pooling", "model"),
        (gguf, _) => Assert.AreEqual("3", gguf.Metadata.Single(entry => entry.Key == "qwen3.pooling_type").Value.Display()));

    [TestMethod]
    public void Pooling_of_a_gguf_becomes_a_module_in_a_folder_of_its_own()
    {
        using TempFolder folder = new();
        string source = folder.Write(
            "model.gguf", SmallGguf.Decoder("qwen2").Layers().Tensor("blk.0.attn_q.bias", TensorType.F32, 64)
                .Tensor("blk.1.attn_q.bias", TensorType.F32, 64).Own("pooling_type", 3).Bytes());
        ModelConverter.Convert(source, folder.At("back") + Path.DirectorySeparatorChar, ModelFormat.SafeTensors, ConversionCorpus.Allow);
        Assert.IsTrue(
            (bool)JsonNode.Parse(
                File.ReadAllText(Path.Combine(folder.At("back"), "1_Pooling", "config.json")))!["pooling_mode_lasttoken"]!);
        Assert.AreEqual(
            "1_Pooling", (string)JsonNode.Parse(File.ReadAllText(Path.Combine(folder.At("back"), "modules.json")))![1]!["path"]!);
    }

    [TestMethod]
    public void A_linear_scaling_under_its_old_key_comes_back() => WithFolder(At("rope-scale-linear", "old.gguf"), (path, certificate) =>
    {
        JsonNode scaling = Config(path)["rope_scaling"]!;
        Assert.AreEqual("linear", (string)scaling["rope_type"]!);
        Assert.AreEqual(4, (double)scaling["factor"]!);
        Assert.IsFalse(certificate.Notes.Any(note => note.Contains("scale_linear has no field", StringComparison.Ordinal)));
    });

    [TestMethod]
    public void Experts_under_their_old_names_get_those_of_a_mixtral() => WithFolder(At("old-mixtral-experts", "old.gguf"), (path, _) =>
    {
        Assert.AreEqual("mixtral", (string)Config(path)["model_type"]!);
        using ModelFile model = ModelFiles.Open(path);
        string[] names = [.. model.Tensors.Select(tensor => tensor.Name)];
        Assert.IsFalse(names.Any(name => name.StartsWith("blk.", StringComparison.Ordinal)), string.Join(", ", names));
        Assert.Contains("model.layers.0.block_sparse_moe.experts.0.w1.weight", names);
    });

    [TestMethod]
    [DataRow("mmproj.gguf")]
    [DataRow("mmproj-audio.gguf")]
    public void Keys_below_the_own_architecture_and_a_dot_are_its_own(string name) =>
    Assert.IsEmpty(ModelValidator.Validate(At("mmproj-arch", name)).Findings);

    private static string At(string name, string path) => RepositoryData.Path("cases", name, path);

    private static JsonNode Config(string folder) => JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!;

    private static void WithGguf(string source, Action<ModelFile, Certificate> check)
    {
        using TempFolder folder = new();
        Certificate certificate = ModelConverter.Convert(source, folder.At("model.gguf"), ModelFormat.Gguf, ConversionCorpus.Allow);
        using ModelFile gguf = ModelFiles.Open(folder.At("model.gguf"));
        check(gguf, certificate);
    }

    private static void WithFolder(string source, Action<string, Certificate> check)
    {
        using TempFolder folder = new();
        Certificate certificate = ModelConverter.Convert(
            source, folder.At("model") + Path.DirectorySeparatorChar, ModelFormat.SafeTensors, ConversionCorpus.Allow);
        check(folder.At("model"), certificate);
    }
}
