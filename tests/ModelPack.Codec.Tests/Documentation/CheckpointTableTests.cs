using System.Text;
using ModelPack.Codec.Tests.Checkpoints;

namespace ModelPack.Codec.Tests.Documentation;

/// <summary>What conversions of checkpoints give, case by case; <see cref="CheckpointTests"/> says what is compared.</summary>
[TestClass]
public sealed class CheckpointTableTests
{
    private static readonly (Part Part, string Title)[] Columns =
    [
        (Part.GgufTensors, "to GGUF: tensors"), (Part.GgufKeys, "keys"), (Part.FolderTensors, "to a folder: tensors"),
        (Part.FolderConfig, "config.json"), (Part.FolderIds, "ids of tokens"),
        (Part.Texts, "ids of texts"),
    ];

    /// <summary>Why a model type has no rule.</summary>
    private static readonly Dictionary<string, string> WithoutRule = new()
    {
        ["bitnet"] = "no rule: llama.cpp computes with weights that the converter rounds to three values, which do not come back; it is "
            + "carried",
    };

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void The_counts_of_checkpoints_are_those_of_the_table()
    {
        StringBuilder table = new("| | equal | without a loss | with a loss | not compared |\n|---|---|---|---|---|\n");
        foreach ((Part part, string title) in Columns)
        {
            CheckpointResult[] looked = [.. CheckpointResult.All.Values.Where(result => result.Looked.Contains(part))];
            KnownDifference[][] known = [
                .. looked.Select(result => KnownDifference.Of(result.Name).Where(line => line.Difference.Part == part).ToArray())];
            int equal = known.Count(lines => lines.Length == 0);
            int lossy = known.Count(lines => lines.Any(line => line.Effect == Effect.Less));
            table.Append(
                $"| {title} | {equal} | {looked.Length - equal - lossy} | {lossy} | {CheckpointResult.All.Count - looked.Length} |\n");
        }

        ShouldBe("counts", table);
    }

    [TestMethod]
    [TestCategory(Duration.Long)]
    public void The_table_of_checkpoints_is_what_conversions_give()
    {
        StringBuilder table = new(
            $"| Checkpoint | `model_type` | {string.Join(" | ", Columns.Select(column => column.Title))} | lost | without effect, or more "
                + $"than the reference |\n|---|---|{string.Concat(Columns.Select(_ => "---|"))}---|---|\n");
        foreach (CheckpointResult result in CheckpointResult.All.Values.OrderBy(result => result.Name, StringComparer.Ordinal))
        {
            KnownDifference[] known = [.. KnownDifference.Of(result.Name)];
            IEnumerable<string> cells = Columns.Select(
                column => !result.Looked.Contains(column.Part)
                    ? "–"
                    : known.Any(line => line.Difference.Part == column.Part) ? "differs" : "equal");
            string Reasons(bool lost) =>
                string.Join("; ", known.Where(line => line.Effect == Effect.Less == lost).GroupBy(line => line.Reason).Select(Explain));
            table.Append(
                $"| {result.Name} | `{result.ModelType}` | {string.Join(" | ", cells)} | "
                    + $"{(result.HasRule ? Reasons(lost: true) : WithoutRule[result.ModelType])} | "
                    + $"{(result.HasRule ? Reasons(lost: false) : "")} |\n");
        }

        ShouldBe("checkpoints", table);
    }

    [TestMethod]
    public void What_is_not_compared_of_any_checkpoint_has_its_reason()
    {
        StringBuilder list = new();
        foreach (IGrouping<string, KnownDifference> reason in KnownDifference.Of(KnownDifference.AnyCase).GroupBy(known => known.Reason))
        {
            list.Append($"- {Explain(reason)}\n");
        }

        ShouldBe("uncompared", list);
    }

    // Keys and fields have names; what differs in tensors and tokens is told by the column.
    private static string Explain(IGrouping<string, KnownDifference> reason)
    {
        string names = string.Join(
            ", ", reason.Where(known => known.Difference.Part is Part.GgufKeys or Part.FolderConfig)
                .Select(known => $"`{known.Difference.What.Split(':')[0]}`").Distinct());
        string more = reason.First().Effect == Effect.More ? " (more than the reference)" : "";
        return (names.Length == 0 ? reason.Key : $"{names}: {reason.Key}") + more;
    }

    private static void ShouldBe(string section, StringBuilder text) =>
        GeneratedSection.ShouldBe(Path.Combine(RepositoryData.Repository, "docs", "architectures.md"), section, text.ToString());
}
