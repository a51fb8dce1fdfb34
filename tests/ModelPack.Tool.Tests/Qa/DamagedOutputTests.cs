using System.Collections.Immutable;
using ModelPack.Qa.Evidence;
using ModelPack.Qa.Gates;

namespace ModelPack.Tool.Tests.Qa;

/// <summary>
/// Playbooks as they are published, on a quantized file, a folder and shards: sound, and with one output of the run damaged. The damaged
/// output is one that the run makes and looks at; the rest of the run is as it was.
/// </summary>
[TestClass]
public sealed class DamagedOutputTests
{
    private const string Variable = "MODELPACK_PLAYBOOKS";

    private static readonly string Folder = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder
        ? folder
        : Path.Combine(RepositoryData.Repository, "tests", "data", "playbooks");

    [TestMethod]
    [DataRow("gguf")]
    [DataRow("folder")]
    [DataRow("shards")]
    public void Sound_outputs_are_corroborated_or_skipped_with_a_reason(string kind) => Each(kind, "", _ => { }, (evidence, name) =>
    {
        Assert.IsEmpty(evidence.Where(one => one.IsFailure).Select(Line), name);
        Assert.IsEmpty(evidence.Where(one => one.Outcome == Outcome.Skipped && one.Reason.Length < 10).Select(Line), name);
        Assert.IsGreaterThanOrEqualTo(22, evidence.Count(one => one.Outcome == Outcome.Corroborated), name);
    });

    [TestMethod]
    [DataRow("gguf")]
    [DataRow("folder")]
    [DataRow("shards")]
    public void Zeros_in_one_output_falsify_the_gate_of_its_conversion(string kind) =>
        Falsifies(kind, "G-A", Damage.Zeros, "F-CONV-G-A", "tensor '");

    [TestMethod]
    [DataRow("gguf")]
    [DataRow("folder")]
    [DataRow("shards")]
    public void Two_swapped_tensors_falsify_the_gate_of_their_conversion(string kind) =>
        Falsifies(kind, "S-A", Damage.Swap, "F-CONV-S-A", "mlp.up_proj|ffn_up");

    [TestMethod]
    [DataRow("gguf")]
    [DataRow("folder")]
    [DataRow("shards")]
    public void A_dropped_tokenizer_falsifies_the_gates_of_tokenizer_and_companions(string kind) =>
        Falsifies(kind, "G-S", Damage.DropTokenizer, "F-CONV-TOK-001,F-CONV-MISSING-001", "tokenizer");

    // Where a playbook stops at the first failure, the first of the gates has to be what stops it.
    private static void Falsifies(string kind, string chain, Action<string> damage, string gates, string found) =>
        Each(kind, chain, damage, (evidence, name) =>
        {
            string[] expected = gates.Split(',');
            GateEvidence first = evidence.First(one => one.IsFailure);
            Assert.AreEqual(expected[0], first.Gate, $"{name}: {Line(first)}");
            Assert.MatchesRegex(found, first.Output, name);
            foreach (string gate in expected[1..])
            {
                GateEvidence one = evidence.Single(one => one.Gate == gate);
                Assert.IsTrue(
                    one.Outcome == Outcome.Falsified
                        || one.Reason.StartsWith($"not looked at: {expected[0]} failed", StringComparison.Ordinal),
                    $"{name}: {Line(one)}");
            }
        });

    private static void Each(string kind, string chain, Action<string> damage, Action<ImmutableArray<GateEvidence>, string> look)
    {
        using TestFolder folder = new();
        string source = QaRunTests.Source(folder, kind);
        Dictionary<string, Certificate> made = [];
        string[] playbooks = [.. Directory.EnumerateFiles(Folder, "*.playbook.yaml").Order(StringComparer.Ordinal)];
        Assert.IsGreaterThanOrEqualTo(5, playbooks.Length);
        foreach (string playbook in playbooks)
        {
            // Every playbook looks at the same outputs: they are made, and damaged, once.
            ImmutableArray<GateEvidence> evidence = QaRun.Run(
                new(playbook, source)
                {
                    WorkFolder = folder.File("work"),
                    Convert = (from, target, to, cancellation) =>
                    {
                        if (made.TryGetValue(target, out Certificate? known))
                        {
                            return known;
                        }

                        made[target] = ModelConverter.Convert(from, target, to, new(), cancellation: cancellation);
                        if (Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(target))) == chain)
                        {
                            damage(target);
                        }

                        return made[target];
                    },
                },
                null, CancellationToken.None);
            look(evidence, Path.GetFileName(playbook));
        }
    }

    private static string Line(GateEvidence one) => $"{one.Gate}: {one.Outcome}: {one.Reason}: {one.Output}";
}
