using System.Globalization;
using ModelPack.Diagnostics;
using ModelPack.Tensors;
using ModelPack.Verification.Comparison;

namespace ModelPack.Tool.Output.Text;

/// <summary>The differences of two models. Where the values of many tensors differ, as in two quantizations, these are a table with a sum
/// for each pair of types; a few, and everything else, are sentences.</summary>
internal static class DifferenceTable
{
    /// <summary>So many tensors whose values differ are a table.</summary>
    public const int Fewest = 6;

    private static readonly Column[] Sums =
        [new("types"), Number("tensors"), Number("differ"), Number("%"), Number("largest"), new("in")];

    private static readonly Column[] Tensors =
        [new("tensor"), new("types"), Number("tensors"), Number("differ"), Number("%"), Number("largest")];

    public static void Write(TextReport report, string heading, IEnumerable<Difference> differences)
    {
        List<Row> rows = [];
        List<Difference> others = [];
        foreach (Difference difference in differences)
        {
            if (difference.Payload is { Elements: > 0 } payload)
            {
                rows.Add(new(difference.Place, payload));
            }
            else
            {
                others.Add(difference);
            }
        }

        bool isTable = rows.Count >= Fewest;
        report.Section(heading, DifferenceText.Lines(isTable ? others : differences));
        if (isTable)
        {
            report.Line();
            report.Line($"values differ in {Plural.Of(rows.Count, "tensor")}; --json has each");
            report.Table(Sums, rows.GroupBy(row => row.Types, StringComparer.Ordinal).Select(Sum));
            report.Line();
            report.Table(Tensors, LayerGroups.Of(rows, row => $"{row.Tensor}\n{row.Types}").Select(Line));
        }
    }

    private static string[] Sum(IEnumerable<Row> rows)
    {
        Row[] all = [.. rows];
        Row largest = all.MaxBy(row => row.Distance)!;
        (long elements, long differing) = (all.Sum(row => row.Payload.AllElements), all.Sum(row => row.Payload.Elements ?? 0));
        return
        [
            all[0].Types, StatisticsText.Whole(all.Length), StatisticsText.Whole(differing), Percent(differing, elements),
            StatisticsText.Real(largest.Payload.Largest?.Distance), largest.Tensor,
        ];
    }

    private static string[] Line(LayerGroups.Group<Row> group)
    {
        string[] words = group.Text.Split('\n');
        long differing = group.Items.Sum(row => row.Payload.Elements ?? 0);
        return
        [
            words[0], words[1], StatisticsText.Whole(group.Items.Count), StatisticsText.Whole(differing),
            Percent(differing, group.Items.Sum(row => row.Payload.AllElements)),
            StatisticsText.Real(group.Items.MaxBy(row => row.Distance)!.Payload.Largest?.Distance),
        ];
    }

    // Rounded down: only if all values differ it is 100.
    private static string Percent(long part, long whole) =>
        (Math.Floor(part * 1000m / whole) / 10).ToString("0.0", CultureInfo.InvariantCulture);

    private static Column Number(string heading) => new(heading, ColumnAlign.Right);

    private sealed record Row(string Tensor, PayloadDifference Payload)
    {
        public string Types { get; } = Payload.FirstType == Payload.SecondType
            ? TensorTypes.Get(Payload.FirstType).Name
            : $"{TensorTypes.Get(Payload.FirstType).Name}, {TensorTypes.Get(Payload.SecondType).Name}";

        public double Distance => Payload.Largest?.Distance ?? 0;
    }
}
