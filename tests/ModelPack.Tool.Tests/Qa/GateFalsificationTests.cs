using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ModelPack.Qa.Evidence;
using ModelPack.Qa.Gates;

namespace ModelPack.Tool.Tests.Qa;

/// <summary>Each gate of qa-gates.md §1 has an input that falsifies it: a gate that cannot fail proves nothing.</summary>
[TestClass]
public sealed class GateFalsificationTests
{
    private const string Embedding = "embed_tokens.weight";
    private const string Norm = "input_layernorm.weight";

    private static readonly string Playbook = Path.Combine(
        RepositoryData.Repository, "tests", "data", "playbooks", "small-qwen2-mvp.playbook.yaml");

    private static readonly string Quantized = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");

    [TestMethod]
    public void Zeros_in_the_output_of_each_conversion_falsify_its_gate_and_what_is_made_of_it()
    {
        string[] pairs = ["G-A", "A-G", "G-S", "S-G", "A-S", "S-A"];
        ImmutableArray<GateEvidence> evidence = Run([.. pairs.Select(pair => (pair, (Action<string>)Zeros))]);
        Falsified(evidence, string.Join(',', pairs.Select(pair => $"F-CONV-{pair}")), "tensor '");
        Falsified(evidence, "F-CONV-DEQUANT-001,F-ROSETTA-FP-002,F-CONTRACT-I4-001", "tensor '");
        foreach (string gate in new[] { "F-CONV-NAME-001", "F-CONV-TOK-001", "F-CONV-MISSING-001", "F-CONTRACT-I3-001" })
        {
            Assert.AreEqual(Outcome.Corroborated, Of(evidence, gate).Outcome, gate);
        }
    }

    [TestMethod]
    public void Zeros_at_the_end_of_each_chain_falsify_its_gate_and_no_conversion()
    {
        string[] chains = ["G-A-S-G", "S-A-G-S", "S-A-G-A", "S-A-G-A-S", "G-S-A", "G-A+again"];
        ImmutableArray<GateEvidence> evidence = Run([.. chains.Select(chain => (chain, (Action<string>)Zeros))]);
        Falsified(
            evidence, "F-CONV-RT-001,F-CONTRACT-I1-001,F-CONV-RT-002", "the first byte that differs");
        Falsified(evidence, "F-CONV-RT-004,F-CONV-IDEM-001", "differ");
        Falsified(evidence, "F-CONV-RT-003", "the footer is");
        Falsified(evidence, "F-CONV-RT-BYTE-001,F-CONV-COM-001", "tensor '");
        foreach (string gate in new[] { "F-CONV-G-A", "F-CONV-A-G", "F-CONV-G-S", "F-CONV-S-G", "F-CONV-A-S", "F-CONV-S-A" })
        {
            Assert.AreEqual(Outcome.Corroborated, Of(evidence, gate).Outcome, gate);
        }
    }

    [TestMethod]
    public void A_renamed_tensor_falsifies_names_and_leaves_their_number_alone()
    {
        ImmutableArray<GateEvidence> evidence = Run(
            ("G-S", path => DamagedPart.Header(path, "layers.0.mlp.up_proj.weight", "layers.0.mlp.up_PROJ.weight")));
        Falsified(evidence, "F-CONV-NAME-001,F-CONTRACT-I2-001", "up_");
        Assert.AreEqual(Outcome.Corroborated, Of(evidence, "F-CONV-CARD-001").Outcome);
    }

    [TestMethod]
    public void A_lost_tensor_falsifies_the_number_of_tensors() =>
        Falsified(Run(("G-S", DamagedPart.DropLast)), "F-CONV-CARD-001,F-CONV-NAME-001,F-ROSETTA-FP-003,F-CONTRACT-I4-001", "");

    [TestMethod]
    public void Exchanged_dimensions_falsify_shapes() => Falsified(
        Run(("G-S", path => DamagedPart.Header(path, "\"shape\":[1024,256]", "\"shape\":[256,1024]"))),
        "F-CONV-EMBED-001,F-CONV-SHAPE-001,F-ROSETTA-DIFF-001,F-ROSETTA-DIFF-002", "256");

    [TestMethod]
    public void Another_token_another_setting_and_a_NaN_falsify_what_looks_at_them()
    {
        ImmutableArray<GateEvidence> evidence = Run(("G-S", path =>
        {
            DamagedPart.Companion(path, "tokenizer.json", "<|im_start|>", "<|in_start|>");
            DamagedPart.Companion(path, "config.json", "\"rms_norm_eps\": 1e-06", "\"rms_norm_eps\": 1e-05");
            DamagedPart.Tensors(path, Norm, bytes => bytes[..4].Fill(0xFF));
        }));
        Falsified(evidence, "F-CONV-TOK-001", "tokenizer.ggml.tokens");
        Falsified(evidence, "F-CONTRACT-I5-001", "token 1003");
        Falsified(evidence, "F-CONV-CONFIG-001", "layer_norm_rms_epsilon");
        Falsified(evidence, "F-CONV-WEIGHT-001,F-ROSETTA-FP-001", "NaN");
    }

    [TestMethod]
    public void A_tensor_of_zeros_falsifies_the_weights() => Falsified(
        Run(("S-A", path => DamagedPart.Tensors(path, Norm, DamagedPart.Fill(0)))),
        "F-CONV-WEIGHT-001,F-ROSETTA-FP-001,F-ROSETTA-STATS-005,F-ROSETTA-STATS-006", "");

    [TestMethod]
    public void A_dropped_config_falsifies_companions_and_configuration()
    {
        ImmutableArray<GateEvidence> evidence = Run(("G-S", path => File.Delete(Path.Combine(path, "config.json"))));
        Falsified(evidence, "F-CONV-MISSING-001", "config.json is missing");
        Falsified(evidence, "F-CONV-CONFIG-001", "no config.json");
    }

    [TestMethod]
    public void A_size_that_the_output_does_not_state_falsifies_the_configuration() => Falsified(
        Run(("G-S", path => DamagedPart.Companion(path, "config.json", "\"num_attention_heads\": 4,", ""))),
        "F-CONV-CONFIG-001", "is missing in the output");

    [TestMethod]
    public void Sizes_that_are_not_those_of_the_tensors_falsify_the_shapes() => Falsified(
        Run(("G-S", path => DamagedPart.Companion(path, "config.json", "\"intermediate_size\": 512", "\"intermediate_size\": 511"))),
        "F-CONV-SHAPE-001,F-CONV-CONFIG-001", "511");

    [TestMethod]
    public void Values_that_moved_falsify_the_statistics_of_their_role()
    {
        ImmutableArray<GateEvidence> evidence = Run(("S-A", path =>
        {
            DamagedPart.Tensors(path, Norm, DamagedPart.Add(0.01f));
            DamagedPart.Tensors(path, Embedding, DamagedPart.Fill(0x3C));
            DamagedPart.Tensors(path, "self_attn.q_proj.weight", DamagedPart.Fill(0x3C));
        }));
        Falsified(evidence, "F-ROSETTA-STATS-001", "attn_norm");
        Falsified(evidence, "F-ROSETTA-STATS-002", "token_embd");
        Falsified(evidence, "F-ROSETTA-STATS-003", "attn_q");
        Falsified(evidence, "F-CONTRACT-I4-001,F-ROSETTA-FP-003", "mean");
    }

    [TestMethod]
    public void A_head_with_other_values_falsifies_its_statistics()
    {
        using TestFolder folder = new();
        string source = QaRunTests.Source(folder, "folder");
        string playbook = With(folder, ("F-ROSETTA-STATS-003", "F-ROSETTA-STATS-004"));
        ImmutableArray<GateEvidence> evidence = QaRun.Run(
            new(playbook, source)
            {
                Convert = Damaging(("S-A", path => DamagedPart.Tensors(path, "lm_head.weight", DamagedPart.Fill(0x3F)))),
            },
            null, CancellationToken.None);
        Falsified(evidence, "F-ROSETTA-STATS-004", "lm_head");
    }

    [TestMethod]
    public void Two_runs_that_differ_in_their_record_alone_are_not_one_run()
    {
        ImmutableArray<GateEvidence> evidence = QaRun.Run(
            new(Playbook, Quantized)
            {
                Convert = (source, target, to, cancellation) => ModelConverter.Convert(
                    source, target, to, new() { Origin = IsOf(target, "G-A+again") ? OriginMode.None : OriginMode.Embed },
                    cancellation: cancellation),
            },
            null, CancellationToken.None);
        Falsified(evidence, "F-CONV-IDEM-001", "bytes");
    }

    [TestMethod]
    public void An_output_of_another_model_has_no_partners_for_the_tensors_of_a_role()
    {
        string other = RepositoryData.Corpus("gguf/valid/padding-not-zero.gguf");
        ImmutableArray<GateEvidence> evidence = QaRun.Run(
            new(Playbook, Quantized)
            {
                Convert = (source, target, to, cancellation) => ModelConverter.Convert(
                    IsOf(target, "S-A") ? other : source, target, to, new(), cancellation: cancellation),
            },
            null, CancellationToken.None);
        Falsified(evidence, "F-ROSETTA-STATS-001,F-CONTRACT-I4-001,F-CONV-NAME-001", "");
        Assert.Contains("has no partner", Of(evidence, "F-ROSETTA-STATS-001").Output);
    }

    [TestMethod]
    public void Statistics_are_held_against_the_reference_that_lies_beside_the_playbook()
    {
        using TestFolder folder = new();
        string playbook = With(folder, ("tolerance: { layernorm", "reference: r.json\n    tolerance: { layernorm"));
        ImmutableArray<GateEvidence> evidence = QaRun.Run(new(playbook, Quantized), null, CancellationToken.None);
        Assert.AreEqual(Outcome.Skipped, Of(evidence, "F-ROSETTA-STATS-001").Outcome);

        ModelConverter.Convert(Quantized, folder.File("s") + "/", ModelFormat.SafeTensors, new());
        ModelConverter.Convert(folder.File("s"), folder.File("m.apr"), ModelFormat.Apr, new());
        InProcess.Run("rosetta", "fingerprint", folder.File("m.apr"), "-o", folder.File("r.json")).ShouldExitWith(0);
        evidence = QaRun.Run(new(playbook, Quantized), null, CancellationToken.None);
        Assert.AreEqual("r.json", Of(evidence, "F-ROSETTA-STATS-001").Metadata["reference"]);
        Assert.AreEqual(Outcome.Corroborated, Of(evidence, "F-ROSETTA-STATS-001").Outcome);

        JsonNode prints = JsonNode.Parse(File.ReadAllText(folder.File("r.json")))!;
        prints["fingerprints"]!.AsArray().Add(new JsonObject { ["name"] = "model.layers.9.self_attn.q_proj.weight", ["mean"] = 0 });
        JsonNode norm = prints["fingerprints"]!.AsArray().First(one => ((string)one!["name"]!).Contains("norm"))!;
        norm["mean"] = (double)norm["mean"]! + 0.002;
        File.WriteAllText(folder.File("r.json"), prints.ToJsonString());
        evidence = QaRun.Run(new(playbook, Quantized), null, CancellationToken.None);
        Falsified(evidence, "F-ROSETTA-STATS-001", (string)norm["name"]!);
        Falsified(evidence, "F-ROSETTA-STATS-003", "of the reference is not there");
        Assert.AreEqual(Outcome.Corroborated, Of(evidence, "F-ROSETTA-STATS-002").Outcome);
    }

    [TestMethod]
    [DataRow("type")]
    [DataRow("place")]
    [DataRow("version")]
    public void A_damaged_index_falsifies_the_format_of_APR(string part)
    {
        ImmutableArray<GateEvidence> evidence = Run(("G-A", path => DamagedPart.AprIndex(path, part)));
        (string gate, string found) = part switch
        {
            "type" => ("F-APR-FORMAT-001", "type"), "place" => ("F-APR-FORMAT-002", "begins at"), _ => ("F-APR-FORMAT-003", "version"),
        };
        Falsified(evidence, gate, found);
    }

    [TestMethod]
    public void A_reader_that_takes_an_unknown_type_for_another_falsifies_the_contract() => Falsified(
        QaRun.Run(
            new(Playbook, Quantized) { Open = _ => Model.Open(ModelBytes.SafeTensors(1)) }, null, CancellationToken.None),
        "F-CONTRACT-I3-001", "a tensor of type 99 was read as F32");

    [TestMethod]
    [DataRow("echo {model}", "F-CONV-INFER-001,F-GOLDEN-RULE-001,F-ROSETTA-INF-001,F-ROSETTA-INF-003", "Falsified")]
    [DataRow("echo [PAD1][PAD1][PAD1]", "F-ROSETTA-INF-003", "Falsified")]
    [DataRow("sh -c \"exit 3\"", "F-CONV-INFER-001,F-GOLDEN-RULE-001,F-ROSETTA-INF-001", "Crashed")]
    [DataRow("sh -c \"sleep 3600\"", "F-CONV-INFER-001,F-GOLDEN-RULE-001,F-ROSETTA-INF-001", "Timeout")]
    public void An_engine_that_says_something_else_or_nothing_falsifies_inference(string engine, string gates, string outcome)
    {
        using TestFolder folder = new();
        string playbook = With(folder, ("timeout_ms: 60000", outcome == "Timeout" ? "timeout_ms: 1" : "timeout_ms: 600000"));
        ImmutableArray<GateEvidence> evidence = QaRun.Run(new(playbook, Quantized) { Runner = engine }, null, CancellationToken.None);
        foreach (string gate in gates.Split(','))
        {
            Assert.AreEqual(Enum.Parse<Outcome>(outcome), Of(evidence, gate).Outcome, $"{gate}: {Of(evidence, gate).Reason}");
        }
    }

    [TestMethod]
    [DataRow("expected_hidden_dim: 256, expected_num_layers: 4, expected_vocab_size: 1024", Outcome.Corroborated, "3 sizes")]
    [DataRow("expected_hidden_dim: 1536", Outcome.Skipped, "expected_hidden_dim is 1536, the model has 256")]
    public void A_model_that_is_not_that_of_the_playbook_is_called_so(string sizes, object outcome, string reason)
    {
        using TestFolder folder = new();
        string playbook = With(folder, ("size_category: tiny", sizes.Replace(", ", "\n  ")), ("collect_all", "stop_on_first"));
        GateEvidence first = QaRun.Run(new(playbook, Quantized), null, CancellationToken.None)[0];
        Assert.AreEqual(("model.expected", (Outcome)outcome), (first.Gate, first.Outcome));
        Assert.Contains(reason, first.Reason);
    }

    [TestMethod]
    public void A_filter_that_takes_no_tensor_corroborates_nothing()
    {
        using TestFolder folder = new();
        string playbook = With(folder, ("\"embed,lm_head\"", "nowhere"), ("tensors: \"all\"", "tensors: nowhere"));
        ImmutableArray<GateEvidence> evidence = QaRun.Run(new(playbook, Quantized), null, CancellationToken.None);
        foreach (string gate in new[] { "F-ROSETTA-DIFF-001", "F-ROSETTA-FP-001", "F-ROSETTA-FP-002", "F-ROSETTA-FP-003" })
        {
            Assert.AreEqual(Outcome.Skipped, Of(evidence, gate).Outcome, gate);
        }
    }

    private static string With(TestFolder folder, params (string Old, string Other)[] changes) => folder.Write(
        "p.yaml", System.Text.Encoding.UTF8.GetBytes(
            changes.Aggregate(File.ReadAllText(Playbook), (text, change) => text.Replace(change.Old, change.Other))));

    private static GateEvidence Of(ImmutableArray<GateEvidence> evidence, string gate) => evidence.Single(one => one.Gate == gate);

    private static void Falsified(ImmutableArray<GateEvidence> evidence, string gates, string found)
    {
        foreach (string gate in gates.Split(','))
        {
            GateEvidence one = Of(evidence, gate);
            Assert.AreEqual(Outcome.Falsified, one.Outcome, $"{gate}: {one.Reason}");
            Assert.Contains(found, one.Output, gate);
            Assert.AreNotEqual("", one.Output);
        }
    }

    // Outputs lie in a folder that is called after their chain.
    private static bool IsOf(string target, string chain) =>
        Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(target))) == chain;

    private static void Zeros(string path) => Damage.Zeros(File.Exists(path) ? path : Path.Combine(path, "model.safetensors"));

    private static ImmutableArray<GateEvidence> Run(params (string Chain, Action<string> Damage)[] faults) =>
        QaRun.Run(new(Playbook, Quantized) { Convert = Damaging(faults) }, null, CancellationToken.None);

    private static ModelConversion Damaging(params (string Chain, Action<string> Damage)[] faults) => (source, target, to, cancellation) =>
    {
        Certificate certificate = ModelConverter.Convert(source, target, to, new(), cancellation: cancellation);
        foreach ((_, Action<string> damage) in faults.Where(fault => IsOf(target, fault.Chain)))
        {
            damage(target);
        }

        return certificate;
    };
}
