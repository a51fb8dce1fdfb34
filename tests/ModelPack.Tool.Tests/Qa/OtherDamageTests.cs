using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using ModelPack.Models;
using ModelPack.Qa.Evidence;
using ModelPack.Qa.Gates;

namespace ModelPack.Tool.Tests.Qa;

/// <summary>Damage of other kinds than zeros: whatever is changed in an output, the gate that looks at it is falsified.</summary>
[TestClass]
public sealed class OtherDamageTests
{
    private static readonly string Playbook = Path.Combine(
        RepositoryData.Repository, "tests", "data", "playbooks", "small-qwen2-mvp.playbook.yaml");

    private static readonly Dictionary<string, (string Kind, string Chain, Action<string> Damage, string Gates)> Faults = new()
    {
        ["template of a GGUF"] = ("folder", "S-G", Text("messages", "massages"), "F-CONV-TOK-001"),
        ["template of an APR file"] = ("folder", "S-A", Text("messages", "massages"), "F-CONV-TOK-001"),
        ["template of a folder"] = (
            "folder", "G-S", path => DamagedPart.Companion(path, "tokenizer_config.json", "messages", "massages"), "F-CONV-TOK-001"),
        ["template dropped"] = ("folder", "G-S", Fields("tokenizer_config.json", root => root.Remove("chat_template")), "F-CONV-TOK-001"),
        ["template dropped from what was made of a GGUF"] = (
            "gguf", "G-S", Fields("tokenizer_config.json", root => root.Remove("chat_template")), "F-CONV-TOK-001"),
        ["token of a GGUF"] = ("folder", "S-G", Text("<|im_start|>", "<|in_start|>"), "F-CONV-TOK-001,F-CONTRACT-I5-001"),
        ["token of an APR file"] = ("folder", "S-A", Text("<|im_start|>", "<|in_start|>"), "F-CONV-TOK-001"),
        ["token of a quantized APR file"] = ("gguf", "G-A", Text("<|im_start|>", "<|in_start|>"), "F-CONV-TOK-001"),
        ["merges of a folder"] = ("folder", "G-S", Lines("merges.txt"), "F-CONV-TOK-001"),
        ["what a tokenizer does before it splits"] = (
            "folder", "G-S", path => DamagedPart.Companion(path, "tokenizer.json", "\"NFC\"", "\"NFD\""), "F-CONV-TOK-001"),
        ["number of a GGUF"] = ("folder", "S-G", Number("qwen2.rope.freq_base"), "F-CONV-CONFIG-001"),
        ["number of an APR file"] = ("folder", "S-A", Text("\"rope_theta\":1000000", "\"rope_theta\":1000001"), "F-CONV-CONFIG-001"),
        ["number of a folder"] = ("folder", "G-S", Fields("config.json", root => root["rope_theta"] = 1e4), "F-CONV-CONFIG-001"),
        ["number dropped"] = ("folder", "G-S", Fields("config.json", root => root.Remove("rms_norm_eps")), "F-CONV-CONFIG-001"),
        ["field that GGUF has no key for"] = (
            "folder", "G-S", Fields("config.json", root => root["max_window_layers"] = 27), "F-CONV-CONFIG-001"),
        ["field that makes it another model"] = (
            "gguf", "G-S", Fields("config.json", root => root["hidden_act"] = "gelu"), "F-CONV-CONFIG-001"),
        ["type that nobody knows"] = ("gguf", "G-S", Fields("config.json", root => root["model_type"] = "other"), "F-CONV-CONFIG-001"),
        ["config that is no JSON"] = (
            "gguf", "G-S", path => File.WriteAllText(Path.Combine(path, "config.json"), "{"), "F-CONV-CONFIG-001"),
        ["generation config changed"] = (
            "folder", "G-S", Fields("generation_config.json", root => root["temperature"] = 0.25), "F-CONV-CONFIG-001"),
        ["generation config dropped"] = (
            "folder", "G-S", path => File.Delete(Path.Combine(path, "generation_config.json")), "F-CONV-CONFIG-001"),
        ["one NaN"] = (
            "folder", "S-G", path => DamagedPart.Tensors(path, "blk.1.attn_norm.weight", NotANumber), "F-CONV-S-G,F-CONV-WEIGHT-001"),
        ["one infinity"] = (
            "folder", "S-G", path => DamagedPart.Tensors(path, "blk.1.attn_norm.weight", Infinity), "F-CONV-S-G,F-CONV-WEIGHT-001"),
        ["more words than rows"] = ("folder", "G-S", Fields("config.json", root => root["vocab_size"] = 600), "F-CONV-EMBED-001"),
        ["another width"] = ("folder", "G-S", Fields("config.json", root => root["hidden_size"] = 32), "F-CONV-EMBED-001"),
        ["rows that a conversion moves"] = (
            "moved", "S-G", path => DamagedPart.Tensors(path, "blk.0.attn_q.weight", DamagedPart.Fill(0)), "F-CONV-S-G,F-CONV-WEIGHT-001"),
        ["one zero tensor"] = (
            "folder", "S-A", path => DamagedPart.Tensors(path, "layers.1.mlp.down_proj.weight", DamagedPart.Fill(0)),
            "F-CONV-S-A,F-CONV-WEIGHT-001,F-CONTRACT-I4-001"),
        ["tensor of a GGUF renamed"] = ("folder", "S-G", Text("blk.0.ffn_up.weight", "blk.0.ffn_UP.weight"), "F-CONV-S-G,F-CONV-NAME-001"),
        ["tensor of an APR file renamed"] = (
            "folder", "S-A", Text("layers.0.mlp.up_proj.weight", "layers.0.mlp.up_PROJ.weight"), "F-CONV-S-A,F-CONV-NAME-001"),
        ["rows of a widened tensor exchanged"] = (
            "gguf", "G-S", path => DamagedPart.Tensors(path, "layers.0.mlp.up_proj.weight", Rows), "F-CONV-G-S,F-CONV-DEQUANT-001"),
        ["GGUF gone"] = ("folder", "S-G", File.Delete, "F-CONV-S-G"),
        ["APR file gone"] = ("folder", "S-A", File.Delete, "F-CONV-S-A"),
        ["folder gone"] = ("folder", "G-S", path => Directory.Delete(path, recursive: true), "F-CONV-G-S"),
        ["index lost"] = ("shards", "G-S", path => File.Delete(Path.Combine(path, "model.safetensors.index.json")), "F-CONV-G-S"),
        ["GGUF cut"] = ("folder", "S-G", Cut(""), "F-CONV-S-G"),
        ["APR file cut"] = ("folder", "S-A", Cut(""), "F-CONV-S-A"),
        ["folder cut"] = ("folder", "G-S", Cut("model.safetensors"), "F-CONV-G-S"),
        ["record of an APR file"] = ("folder", "S-A", Text("modelpack.origin", "modelpack.Origin"), "F-CONV-S-A"),
        ["record of a GGUF"] = ("folder", "S-G", Text("modelpack.origin", "modelpack.Origin"), "F-CONV-S-G"),
        ["last byte of an APR file"] = ("folder", "S-A", LastByte, "F-CONV-S-A"),
        ["blocks beside an APR file"] = ("wide", "G-A", SideFile(path => Damage.Zeros(path)), "F-CONV-G-A"),
        ["blocks beside an APR file lost"] = ("wide", "G-A", SideFile(File.Delete), "F-CONV-G-A"),
        ["one shard lost"] = ("shards", "G-S", path => File.Delete(Shards(path)[0]), "F-CONV-G-S"),
        ["two shards exchanged"] = ("shards", "G-S", Exchange, "F-CONV-G-S"),
        ["zeros in a shard"] = ("shards", "G-S", path => Damage.Zeros(Shards(path)[0]), "F-CONV-G-S"),
        ["template at the end of a chain"] = (
            "folder", "S-A-G-S", path => DamagedPart.Companion(path, "tokenizer_config.json", "messages", "massages"), "F-CONV-RT-002"),
        ["template at the end of a chain from a GGUF"] = (
            "gguf", "S-A-G-S", Fields("tokenizer_config.json", root => root["chat_template"] = "x"), "F-CONV-RT-002"),
        ["config at the end of a chain from a GGUF"] = (
            "gguf", "S-A-G-S", Fields("config.json", root => root["rope_theta"] = 5), "F-CONV-RT-002"),
        ["template at the end of a chain to APR"] = ("gguf", "S-A-G-A", Text("messages", "massages"), "F-CONV-RT-004"),
    };

    public static IEnumerable<string> Names => Faults.Keys;

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void What_was_changed_falsifies_the_gate_that_looks_at_it(string name)
    {
        (string kind, string chain, Action<string> damage, string gates) = Faults[name];
        using TestFolder folder = new();
        bool isDamaged = false;
        ImmutableArray<GateEvidence> evidence = QaRun.Run(
            new(Playbook, QaRunTests.Source(folder, kind))
            {
                WorkFolder = folder.File("work"),
                Convert = (source, target, to, cancellation) =>
                {
                    Certificate certificate = ModelConverter.Convert(source, target, to, new(), cancellation: cancellation);
                    if (Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(target))) == chain)
                    {
                        damage(target);
                        isDamaged = true;
                    }

                    return certificate;
                },
            },
            null, CancellationToken.None);
        Assert.IsTrue(isDamaged);
        string all = string.Join("\n", evidence.Where(one => one.IsFailure).Select(one => $"{one.Gate}: {one.Reason}: {one.Output}"));
        foreach (string gate in gates.Split(','))
        {
            Assert.AreEqual(Outcome.Falsified, evidence.Single(one => one.Gate == gate).Outcome, $"{gate}\n{all}");
        }

        // What the damage has nothing to do with stays corroborated.
        Assert.AreEqual(Outcome.Corroborated, evidence.Single(one => one.Gate == "F-CONTRACT-I3-001").Outcome);
    }

    private static Action<string> Text(string old, string other) =>
        path => DamagedPart.Replace(path, Encoding.UTF8.GetBytes(old), Encoding.UTF8.GetBytes(other));

    private static Action<string> Fields(string name, Action<JsonObject> change) => path =>
    {
        string file = Path.Combine(path, name);
        JsonObject root = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        string before = root.ToJsonString();
        change(root);
        Assert.AreNotEqual(before, root.ToJsonString());
        File.WriteAllText(file, root.ToJsonString());
    };

    private static Action<string> Lines(string name) => path =>
    {
        string[] lines = File.ReadAllLines(Path.Combine(path, name));
        (lines[^1], lines[^2]) = (lines[^2], lines[^1]);
        File.WriteAllLines(Path.Combine(path, name), lines);
    };

    // gguf.md: the key, the type, the value.
    private static Action<string> Number(string key) => path =>
    {
        byte[] bytes = File.ReadAllBytes(path);
        int at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(key));
        bytes[at + key.Length + sizeof(int) + 2] ^= 0x10;
        File.WriteAllBytes(path, bytes);
    };

    private static Action<string> Cut(string name) => path =>
    {
        using FileStream file = File.OpenWrite(name.Length == 0 ? path : Path.Combine(path, name));
        file.SetLength(file.Length - 1000);
    };

    private static void LastByte(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private static void NotANumber(Span<byte> values) => values[..4].Fill(0xFF);

    private static void Infinity(Span<byte> values) => BitConverter.TryWriteBytes(values, float.PositiveInfinity);

    private static void Rows(Span<byte> values)
    {
        const int Row = 256 * sizeof(float);
        byte[] first = values[..Row].ToArray();
        values.Slice(Row, Row).CopyTo(values);
        first.CopyTo(values[Row..]);
    }

    private static Action<string> SideFile(Action<string> damage) => path =>
    {
        using (ModelFile file = ModelFiles.Open(path))
        {
            Assert.IsTrue(file.AllMembers.Any(member => member.IsSideFile));
        }

        damage(Directory.EnumerateFiles(Path.GetDirectoryName(path)!, "*.ggml-blocks.safetensors").Single());
    };

    private static string[] Shards(string path)
    {
        string[] shards = [.. Directory.EnumerateFiles(path, "model-*.safetensors").Order(StringComparer.Ordinal)];
        Assert.IsGreaterThan(2, shards.Length);
        return shards;
    }

    private static void Exchange(string path)
    {
        string[] shards = Shards(path);
        File.Move(shards[0], shards[0] + ".first");
        File.Move(shards[1], shards[0]);
        File.Move(shards[0] + ".first", shards[1]);
    }
}
