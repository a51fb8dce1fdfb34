using System.Globalization;
using ModelPack.Verification.Tolerance;

namespace ModelPack.Tool.Output.Text;

/// <summary>How far the values of two models are apart.</summary>
internal static class ToleranceText
{
    private const int TensorsShown = 20;
    private const string None = "-";

    public static string Of(string first, string second, ToleranceReport comparison)
    {
        TextReport report = new();
        report.Line($"{(comparison.Passed ? "within" : "NOT within")} {comparison.Tolerance}: {first} and {second}");
        report.Field("tensors", $"{comparison.TensorsCompared} compared by their decoded values");
        report.Field("metadata", "not compared");
        Table(report, [.. comparison.Distances.Where(distance => distance.Different > 0)]);
        report.Section("differences", comparison.Differences.Select(DifferenceText.Of));
        report.Section("notes", comparison.Notes);
        return report.ToString();
    }

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
                new("name"), new("types"), Number("different"), Number("beyond"), Number("absolute"), Number("element"), Number("relative"),
                Number("element"),
                Number("ulp"), Number("element"),
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
            Element(tensor.LargestAbsolute),
            StatisticsText.Real(tensor.LargestRelative?.Relative),
            Element(tensor.LargestRelative),
            tensor.LargestUlps?.Ulps?.ToString("N0", CultureInfo.InvariantCulture) ?? None,
            Element(tensor.LargestUlps),
        ];
    }

    private static string Element(ValueDistance? distance) => distance?.Element.ToString(CultureInfo.InvariantCulture) ?? None;
}
