using System.Globalization;
using ModelPack.Verification.Tolerance;

namespace ModelPack.Tool.Output.Text;

/// <summary>How far the values of two models are apart.</summary>
internal static class ToleranceText
{
    private const int TensorsShown = 20;
    private const string None = "-";

    private static readonly Column Element = new("element", ColumnAlign.Right, IsSpare: true);

    public static string Of(string first, string second, ToleranceReport comparison, int width = int.MaxValue)
    {
        TextReport report = new(width);
        report.Line($"{(comparison.Passed ? "within" : "NOT within")} {comparison.Tolerance}: {first} and {second}");
        report.Field("tensors", $"{comparison.TensorsCompared} compared by their decoded values");
        report.Field("metadata", "not compared");
        Table(report, [.. comparison.Distances.Where(distance => distance.Different > 0)]);

        // The table has those of values: a few are sentences too, many are no wall of them.
        bool isTable = comparison.Differences.Count(IsOfValues) >= DifferenceTable.Fewest;
        report.Section("differences", DifferenceText.Lines(
            comparison.Differences.Where(difference => !isTable || !IsOfValues(difference))));
        report.Section("notes", comparison.Notes);
        return report.ToString();
    }

    private static bool IsOfValues(Difference difference) => difference.Kind == DifferenceKind.Value;

    private static void Table(TextReport report, TensorDistance[] tensors)
    {
        if (tensors.Length == 0)
        {
            return;
        }

        report.Line();
        report.Line("tensors whose values are not all the same, with the largest distances and their elements");
        report.Table(
            [
                new("name"), new("types"), Number("different"), Number("beyond"), Number("absolute"), Element, Number("relative"), Element,
                Number("ulp"), Element,
            ],
            tensors.Take(TensorsShown).Select(Row));
        if (tensors.Length > TensorsShown)
        {
            report.Line($"  ... {tensors.Length - TensorsShown} more; --json has them all");
        }
    }

    private static Column Number(string heading) => new(heading, ColumnAlign.Right);

    private static string[] Row(TensorDistance tensor)
    {
        (string first, string second) = (TensorTypes.Get(tensor.FirstType).Name, TensorTypes.Get(tensor.SecondType).Name);
        return
        [
            tensor.Name,
            first == second ? first : $"{first}, {second}",
            StatisticsText.Whole(tensor.Different),
            StatisticsText.Whole(tensor.Beyond),
            StatisticsText.Real(tensor.LargestAbsolute?.Absolute),
            Index(tensor.LargestAbsolute),
            StatisticsText.Real(tensor.LargestRelative?.Relative),
            Index(tensor.LargestRelative),
            tensor.LargestUlps?.Ulps?.ToString("N0", CultureInfo.InvariantCulture) ?? None,
            Index(tensor.LargestUlps),
        ];
    }

    private static string Index(ValueDistance? distance) => distance?.Element.ToString(CultureInfo.InvariantCulture) ?? None;
}
