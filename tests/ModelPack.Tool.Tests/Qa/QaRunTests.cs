using System.Collections.Immutable;
using ModelPack.Qa.Evidence;
using ModelPack.Qa.Gates;

namespace ModelPack.Tool.Tests.Qa;

/// <summary>The gates on real small models, sound and damaged.</summary>
[TestClass]
public sealed class QaRunTests
{
    private static readonly string Quantized = RepositoryData.Corpus("gguf/models/random-qwen2-small-Q4_K_M.gguf");

    private static readonly string Playbook = Path.Combine(
        RepositoryData.Repository, "tests", "data", "playbooks", "small-qwen2-mvp.playbook.yaml");

    [TestMethod]
    [DataRow("gguf")]
    [DataRow("folder")]
    [DataRow("shards")]
    [DataRow("apr")]
    public void Every_gate_of_a_sound_model_is_corroborated_or_skipped_with_a_reason(string kind)
    {
        using TestFolder folder = new();
        ImmutableArray<GateEvidence> evidence = Run(Source(folder, kind), folder);
        string[] failures = [.. evidence.Where(one => one.IsFailure).Select(one => $"{one.Gate}: {one.Reason}: {one.Output}")];
        Assert.IsEmpty(failures, string.Join("\n", failures));
        Assert.IsTrue(evidence.All(one => one.Reason.Length > 10));
        string[] looked = [.. evidence.Where(one => one.Outcome == Outcome.Corroborated).Select(one => one.Gate)];
        foreach (string gate in new[]
        {
            "F-CONV-G-A", "F-CONV-A-G", "F-CONV-G-S", "F-CONV-S-G", "F-CONV-A-S", "F-CONV-S-A", "F-CONV-RT-001", "F-CONV-RT-002",
            "F-CONV-RT-003", "F-CONV-RT-004", "F-CONV-RT-BYTE-001", "F-CONV-IDEM-001", "F-CONV-COM-001", "F-CONV-CARD-001",
            "F-CONV-NAME-001", "F-CONV-EMBED-001", "F-CONV-TOK-001", "F-CONV-WEIGHT-001", "F-CONV-SHAPE-001", "F-CONV-MISSING-001",
            "F-CONV-CONFIG-001", "F-CONV-DEQUANT-001", "F-CONTRACT-I1-001", "F-CONTRACT-I2-001", "F-CONTRACT-I3-001",
            "F-CONTRACT-I4-001", "F-CONTRACT-I5-001", "F-APR-FORMAT-001", "F-APR-FORMAT-002", "F-APR-FORMAT-003", "F-ROSETTA-DIFF-001",
            "F-ROSETTA-FP-001", "F-ROSETTA-FP-002", "F-ROSETTA-FP-003", "F-ROSETTA-STATS-001",
        })
        {
            CollectionAssert.Contains(looked, gate, gate);
        }

        foreach (string gate in new[] { "F-CONV-INFER-001", "F-GOLDEN-RULE-001", "F-ROSETTA-INF-001", "F-PROFILE-CI-001" })
        {
            Assert.AreEqual(Outcome.Skipped, evidence.Single(one => one.Gate == gate).Outcome, gate);
        }
    }

    /// <summary>Tensors that are joined, outputs that are carried, and architectures that an output names in its own way.</summary>
    [TestMethod]
    [DataRow("stablelm-2-12b")]
    [DataRow("kimilinear-hybrid")]
    [DataRow("gemma-embedding")]
    [DataRow("bitnet-spm")]
    public void No_gate_is_falsified_by_what_makes_an_architecture_special(string name)
    {
        using TestFolder folder = new();
        ImmutableArray<GateEvidence> evidence = Run(folder.Unpack(name), folder);
        Assert.IsEmpty(evidence.Where(one => one.IsFailure).Select(one => $"{one.Gate}: {one.Reason}: {one.Output}"));
        Assert.IsGreaterThan(25, evidence.Count(one => one.Outcome == Outcome.Corroborated));
    }

    /// <summary>Rows of q and k move between GGUF and Hugging Face; where they are widened too, the record says only that.</summary>
    [TestMethod]
    public void Rows_that_are_widened_and_moved_falsify_nothing()
    {
        using TestFolder folder = new();
        ImmutableArray<GateEvidence> evidence = Run(RepositoryData.Corpus("apr/real/preserve-q4k-llama-q8_0.apr"), folder);
        Corroborated(evidence, "F-CONV-G-A", "F-CONV-A-G", "F-CONV-G-S", "F-CONV-S-G", "F-CONV-A-S", "F-CONV-S-A", "F-CONV-DEQUANT-001");
    }

    [TestMethod]
    public void Zeros_in_one_output_falsify_its_pair_and_name_tensor_and_values()
    {
        using TestFolder folder = new();
        ImmutableArray<GateEvidence> evidence = Run(Quantized, folder, ModelFormat.Apr, Damage.Zeros);
        GateEvidence pair = evidence.Single(one => one.Gate == "F-CONV-G-A");
        Assert.AreEqual(Outcome.Falsified, pair.Outcome);
        Assert.MatchesRegex(@"tensor '[^']+'.*(-?[0-9.e-]+).*", pair.Output);
        Falsified(evidence, "F-CONV-G-A", "F-CONV-IDEM-001", "F-CONTRACT-I4-001", "F-ROSETTA-FP-002");
        Corroborated(evidence, "F-CONV-S-G", "F-CONV-G-S", "F-CONV-TOK-001", "F-CONV-MISSING-001", "F-CONTRACT-I3-001");
    }

    [TestMethod]
    public void Swapped_tensors_falsify_the_pair_and_the_statistics()
    {
        using TestFolder folder = new();
        ImmutableArray<GateEvidence> evidence = Run(Quantized, folder, ModelFormat.Apr, Damage.Swap);
        Falsified(evidence, "F-CONV-G-A", "F-CONTRACT-I4-001", "F-ROSETTA-FP-002");
        Corroborated(evidence, "F-CONV-S-G", "F-CONV-WEIGHT-001", "F-CONV-TOK-001", "F-CONV-MISSING-001");
    }

    [TestMethod]
    public void A_dropped_tokenizer_falsifies_its_own_gates_and_leaves_the_tensors_alone()
    {
        using TestFolder folder = new();
        ImmutableArray<GateEvidence> evidence = Run(Quantized, folder, ModelFormat.SafeTensors, Damage.DropTokenizer);
        Falsified(evidence, "F-CONV-TOK-001", "F-CONV-MISSING-001");
        StringAssert.Contains(evidence.Single(one => one.Gate == "F-CONV-MISSING-001").Output, "tokenizer.json is missing");
        Corroborated(evidence, "F-CONV-G-A", "F-CONV-NAME-001", "F-CONV-WEIGHT-001");
    }

    /// <summary>What the source itself lacks is no fault of a conversion, and is told all the same.</summary>
    [TestMethod]
    [DataRow("tokenizer.json", "S: tokenizer.json is missing in the folder")]
    [DataRow("config.json", "there is generation_config.json, but no config.json")]
    public void A_source_folder_that_lost_a_companion_falsifies_the_companions(string name, string found)
    {
        using TestFolder folder = new();
        string source = Source(folder, "folder");
        File.Delete(Path.Combine(source, name));
        GateEvidence one = Run(source, folder).Single(one => one.Gate == "F-CONV-MISSING-001");
        Assert.AreEqual(Outcome.Falsified, one.Outcome, one.Reason);
        Assert.StartsWith(found, one.Output);
    }

    [TestMethod]
    public void Zeros_that_the_source_has_itself_falsify_nothing()
    {
        using TestFolder folder = new();
        string source = Source(folder, "folder");
        DamagedPart.Tensors(source, "layers.1.mlp.down_proj.weight", DamagedPart.Fill(0));
        Corroborated(Run(source, folder), "F-CONV-G-A", "F-CONV-WEIGHT-001", "F-ROSETTA-FP-001");
    }

    [TestMethod]
    public void An_engine_that_says_nothing_corroborates_nothing()
    {
        using TestFolder folder = new();
        GateEvidence one = QaRun.Run(new(Playbook, Source(folder, "folder")) { Runner = "true" }, null, CancellationToken.None)
            .Single(one => one.Gate == "F-CONV-INFER-001");
        Assert.AreEqual((Outcome.Skipped, "the engine said nothing"), (one.Outcome, one.Reason));
    }

    [TestMethod]
    [DataRow("stop_on_first")]
    [DataRow("stop_on_p0")]
    public void Behind_the_gate_that_stops_nothing_is_looked_at(string policy)
    {
        using TestFolder folder = new();
        string playbook = folder.Write(
            "p.yaml", System.Text.Encoding.UTF8.GetBytes(File.ReadAllText(Playbook).Replace("collect_all", policy)));
        ImmutableArray<GateEvidence> evidence = QaRun.Run(
            new(playbook, Quantized) { Convert = Damaging(ModelFormat.Apr, Damage.Zeros) }, null, CancellationToken.None);
        Assert.AreEqual("F-CONV-G-A", evidence[0].Gate);
        Assert.AreEqual(Outcome.Falsified, evidence[0].Outcome);
        Assert.IsTrue(evidence.Skip(1).All(one => one.Outcome == Outcome.Skipped && one.Reason.Contains("F-CONV-G-A failed")));
    }

    [TestMethod]
    public void An_engine_answers_the_gates_of_inference()
    {
        using TestFolder folder = new();
        ImmutableArray<GateEvidence> evidence = QaRun.Run(
            new(Playbook, Quantized) { Runner = "sh -c \"cksum < $1\" sh {model}" }, null, CancellationToken.None);
        Corroborated(evidence, "F-CONV-INFER-001", "F-GOLDEN-RULE-001", "F-ROSETTA-INF-001", "F-ROSETTA-INF-003");
        Assert.AreEqual(Outcome.Skipped, evidence.Single(one => one.Gate == "F-ROSETTA-INF-002").Outcome);
        evidence = QaRun.Run(new(Playbook, Quantized) { Runner = "sh -c \"exit 7\"" }, null, CancellationToken.None);
        Assert.AreEqual(Outcome.Crashed, evidence.Single(one => one.Gate == "F-CONV-INFER-001").Outcome);
    }

    private static void Falsified(ImmutableArray<GateEvidence> evidence, params string[] gates) =>
        Have(evidence, Outcome.Falsified, gates);

    private static void Corroborated(ImmutableArray<GateEvidence> evidence, params string[] gates) =>
        Have(evidence, Outcome.Corroborated, gates);

    private static void Have(ImmutableArray<GateEvidence> evidence, Outcome outcome, string[] gates)
    {
        foreach (string gate in gates)
        {
            GateEvidence one = evidence.Single(one => one.Gate == gate);
            Assert.AreEqual(outcome, one.Outcome, $"{gate}: {one.Reason}: {one.Output}");
        }
    }

    private static ImmutableArray<GateEvidence> Run(
        string source, TestFolder folder, ModelFormat? format = null, Action<string>? damage = null) =>
        QaRun.Run(
            new(Playbook, source)
            {
                WorkFolder = folder.File("work"), Convert = format is { } damaged ? Damaging(damaged, damage!) : null,
            },
            null, CancellationToken.None);

    // The first output of that format is damaged; what is made again stays sound.
    private static ModelConversion Damaging(ModelFormat format, Action<string> damage)
    {
        bool isDone = false;
        return (source, target, to, cancellation) =>
        {
            Certificate certificate = ModelConverter.Convert(source, target, to, new(), cancellation: cancellation);
            if (to == format && !isDone)
            {
                isDone = true;
                damage(target);
            }

            return certificate;
        };
    }

    internal static string Source(TestFolder folder, string kind)
    {
        switch (kind)
        {
            case "gguf":
                return Quantized;
            case "wide":
                return RepositoryData.Corpus("gguf/models/random-qwen2-small-Q8_0.gguf");
            case "moved":
                return folder.Unpack("llama-3");
            case "apr":
                ModelConverter.Convert(Quantized, folder.File("m.apr"), ModelFormat.Apr, new());
                return folder.File("m.apr");
            default:
                string source = folder.Unpack("qwen2-untied");
                if (kind == "folder")
                {
                    return source;
                }

                ModelConverter.Convert(
                    folder.File("folder"), folder.File("shards") + "/", ModelFormat.SafeTensors, new() { MaxShardBytes = 60_000 });
                return folder.File("shards");
        }
    }
}
