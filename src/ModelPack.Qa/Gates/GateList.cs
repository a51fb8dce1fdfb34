using System.Text.RegularExpressions;
using ModelPack.Qa.Engines;
using ModelPack.Qa.Evidence;
using ModelPack.Qa.Playbooks;

namespace ModelPack.Qa.Gates;

/// <summary>The gates of a playbook, in the order in which they are looked at.</summary>
internal sealed partial class GateList(
    Playbook playbook, string playbookFolder, QaWorkspace workspace, Engine? engine, Func<byte[], Model> open)
{
    private const string Question = "What is 2+2?";
    private const int Answer = 10;
    private const string NeedsEngine = "needs an engine: name one with --runner";
    private static readonly string[] Pairs = ["G-A", "A-G", "G-S", "S-G", "A-S", "S-A"];
    private static readonly string[] Inference = ["F-ROSETTA-INF-001", "F-ROSETTA-INF-003"];

    private readonly GateChecks checks = new(workspace);
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);

    public IEnumerable<Gate> All() =>
        Model().Concat(Conversions()).Concat(Contracts()).Concat(Differential()).Concat(NeedingEngine()).Where(gate => seen.Add(gate.Id));

    private IEnumerable<Gate> Model()
    {
        if (!playbook.Expected.IsEmpty)
        {
            yield return Make(ExpectedSizes.Gate, "source", () => ExpectedSizes.Look(workspace.Source, playbook.Expected));
        }
    }

    private IEnumerable<Gate> Conversions()
    {
        foreach (string pair in Pairs)
        {
            yield return Make($"F-CONV-{pair}", pair, () => checks.Pair(pair));
        }

        // What one conversion loses is told by its own gates before the chains that go through it.
        yield return Make("F-CONV-CARD-001", "G-A", () => checks.Names(Pairs, countsOnly: true));
        yield return Make("F-CONV-NAME-001", "G-A", () => checks.Names(Pairs, countsOnly: false));
        yield return Make("F-CONV-EMBED-001", "G-A", () => checks.Embedding(Pairs));
        yield return Make("F-CONV-TOK-001", "G-A", () => checks.Tokenizer(Pairs));
        yield return Make("F-CONV-WEIGHT-001", "G-A", () => checks.Weights(Pairs));
        yield return Make("F-CONV-SHAPE-001", "G-A", () => checks.Shapes(Pairs));
        yield return Make("F-CONV-MISSING-001", "G-S", () => checks.Companions(["G-S", "A-S"]));
        yield return Make("F-CONV-CONFIG-001", "G-A", () => checks.Config(Pairs));
        yield return Make("F-CONV-DEQUANT-001", "G-S", () => checks.Dequantized(["G-S", "A-S"]));
        yield return Make("F-CONV-RT-001", "G-A-S-G", () => checks.Bytes("G", "G-A-S-G"));
        yield return Make("F-CONV-RT-002", "S-A-G-S", () => checks.Bytes("S", "S-A-G-S"));
        yield return Make("F-CONV-RT-003", "S-A-G-A-S", () => checks.Bytes("S", "S-A-G-A-S"));
        yield return Make("F-CONV-RT-004", "S-A-G-A", () => checks.Bytes("S-A", "S-A-G-A"));
        yield return Make("F-CONV-RT-BYTE-001", "S-A-G-A", () => checks.Equal("S-A", "S-A-G-A"));
        yield return Make("F-CONV-IDEM-001", "G-A", () => checks.Bytes("G-A", "G-A+again", isStrict: true));
        yield return Make("F-CONV-COM-001", "G-S-A", () => checks.Equal("G-A", "G-S-A"));
        yield return Make("F-CONV-INFER-001", "G-A-S-G", () => SameText(Question, Answer));
    }

    private IEnumerable<Gate> Contracts()
    {
        foreach (string invariant in playbook.Invariants)
        {
            string id = $"F-CONTRACT-I{invariant[^1]}-001";
            yield return invariant switch
            {
                "I-1" => Make(id, "G-A-S-G", () => checks.Bytes("G", "G-A-S-G")),
                "I-2" => Make(id, "S-A", () => checks.Names(Pairs, countsOnly: false)),
                "I-3" => Make(id, "S-A", () => UnknownTypes.Look(open)),
                "I-4" => Make(id, "S-A", () => checks.SameStatistics(Pairs)),
                _ => Make(id, "S-A", () => checks.TokenRoundTrip(Pairs)),
            };
        }
    }

    private IEnumerable<Gate> Differential()
    {
        foreach (string id in Named(playbook.FormatValidation, "F-APR-FORMAT-001", "F-APR-FORMAT-002", "F-APR-FORMAT-003"))
        {
            yield return Make(id, "G-A", () => id.StartsWith("F-APR-FORMAT-00", StringComparison.Ordinal) && id[^1] is >= '1' and <= '3'
                ? AprFormatGates.Look(workspace.Get("G-A"), id[^1] - '0')
                : Unknown());
        }

        foreach (string id in Named(playbook.TensorDiff, "F-ROSETTA-DIFF-001", "F-ROSETTA-DIFF-002"))
        {
            yield return Make(id, "G-A", () => id is "F-ROSETTA-DIFF-001" or "F-ROSETTA-DIFF-002"
                ? checks.NotTransposed(Pairs, RoleFilter.Names(playbook.TensorDiff!.Filter))
                : Unknown());
        }

        foreach (string id in Named(playbook.Fingerprint, "F-ROSETTA-FP-001", "F-ROSETTA-FP-002", "F-ROSETTA-FP-003"))
        {
            yield return Make(id, "S-A", () => id switch
            {
                "F-ROSETTA-FP-001" => checks.Weights(Pairs, RoleFilter.Names(playbook.Fingerprint!.Filter)),
                "F-ROSETTA-FP-002" => checks.Checksums(Pairs, RoleFilter.Names(playbook.Fingerprint!.Filter)),
                "F-ROSETTA-FP-003" => checks.SameStatistics(Pairs, RoleFilter.Names(playbook.Fingerprint!.Filter)),
                _ => Unknown(),
            });
        }

        foreach (string id in Named(
            playbook.ValidateStats, "F-ROSETTA-STATS-001", "F-ROSETTA-STATS-002", "F-ROSETTA-STATS-003", "F-ROSETTA-STATS-004",
            "F-ROSETTA-STATS-005", "F-ROSETTA-STATS-006"))
        {
            yield return Make(id, "S-A", () => StatisticsGates.Look(
                id, playbook.ValidateStats!, workspace.Get("S-A"), workspace.Get("S"), playbookFolder, workspace.Cancellation));
        }
    }

    private IEnumerable<Gate> NeedingEngine()
    {
        if (playbook.InferenceCompare is { } group)
        {
            foreach (string id in Named(group, Inference))
            {
                yield return Make(id, "G-A-S-G", () => Inference.Contains(id)
                    ? SameText(group.Prompt ?? Question, group.MaxTokens)
                    : GateAnswer.Skipped(engine is null ? NeedsEngine : "the engine tells its text, not its logits"));
            }
        }

        yield return Make("F-GOLDEN-RULE-001", "S-A", () => SameText(Question, Answer, "S", "S-A"));
        foreach (GateGroup need in playbook.NeedEngine)
        {
            foreach (string id in need.Gates.DefaultIfEmpty(need.Name))
            {
                yield return Make(
                    id, need.Name, () => GateAnswer.Skipped(
                        $"the group '{need.Name}' looks at an engine, not at a conversion; ModelPack has no engine"));
            }
        }

        yield return Make(
            "test_matrix", "run, chat and serve",
            () => GateAnswer.Skipped("the scenarios look at an engine, not at a conversion; ModelPack has no engine"));
    }

    private GateAnswer SameText(string prompt, int maxTokens, string first = "G", string second = "G-A-S-G")
    {
        if (engine is not { } running)
        {
            return GateAnswer.Skipped(NeedsEngine);
        }

        string[] texts = [.. new[] { first, second }.Select(chain =>
        {
            using EngineModel model = EngineModel.Of(workspace.Get(chain).Path, workspace.Cancellation);
            return running.Answer(model.Path, prompt, maxTokens, workspace.Cancellation);
        })];
        return texts[0] != texts[1]
            ? GateAnswer.Falsified("the texts of source and output differ", $"'{texts[0]}' and '{texts[1]}'")
            : PaddingFlood().IsMatch(texts[0])
            ? GateAnswer.Falsified("the engine says padding and nothing else", texts[0])
            : texts[0].Trim().Length == 0
            ? GateAnswer.Skipped("the engine said nothing")
            : new GateAnswer(Outcome.Corroborated, "source and output say the same").With("text", texts[0]);
    }

    // F-ROSETTA-INF-003. What a model says whose embedding or head was damaged: the last ids of its vocabulary, again and again.
    [GeneratedRegex(@"^\s*(?:(?:\[PAD\d*\]|<pad>|<\|pad\d*\|>|<unk>|<unused\d+>)\s*){3,}\z", RegexOptions.IgnoreCase)]
    private static partial Regex PaddingFlood();

    private static GateAnswer Unknown() => GateAnswer.Skipped("this gate is not known here");

    private static IEnumerable<string> Named(GateGroup? group, params string[] preset) =>
        group is null ? [] : group.Gates.IsEmpty ? preset : group.Gates;

    private static Gate Make(string id, string subject, Func<GateAnswer> look) => new(
        id, subject.Replace("-", " → ", StringComparison.Ordinal), subject[^1] switch
        {
            'G' => ModelFormat.Gguf, 'A' => ModelFormat.Apr, _ => ModelFormat.SafeTensors,
        },
        look);
}
