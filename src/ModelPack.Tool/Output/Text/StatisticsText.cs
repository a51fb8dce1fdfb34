using System.Globalization;
using ModelPack.Diagnostics;
using ModelPack.Tensors;

namespace ModelPack.Tool.Output.Text;

/// <summary>Statistics as a table.</summary>
internal static class StatisticsText
{
    private const string None = "-";

    public static void Write(TextReport report, ModelStatistics statistics, TensorListing listing)
    {
        if (statistics.Tensors.IsEmpty)
        {
            return;
        }

        report.Line();
        report.Line("types");
        report.Table(
            [new("type"), new("tensors", ColumnAlign.Right), new("elements", ColumnAlign.Right), new("bytes", ColumnAlign.Right)],
            statistics.Types.Select(share => (string[])
            [
                TensorTypes.Get(share.Type).Name, Whole(share.Tensors), share.Elements.ToString("N0", CultureInfo.InvariantCulture),
                Whole(share.Bytes),
            ]));

        int shown = listing.Count(statistics.Tensors.Length);
        Sparkline sparkline = Sparkline.For(statistics.Tensors);
        report.Line();
        report.Line("tensors");
        report.Table(
            [
                new("name"), new("type"), new("shape"), Number("min"), Number("max"), Number("mean"), Number("deviation"), Number("NaN"),
                Number("inf"), Number("zeros"),
                Number("subnormal"), new(sparkline.Heading),
            ],
            listing.Sorted(statistics.Tensors, tensor => tensor.Tensor).Take(shown).Select(tensor => Row(tensor, sparkline)));
        if (shown < statistics.Tensors.Length)
        {
            report.Line($"  ... {statistics.Tensors.Length - shown} more; --tensors lists them all");
        }

        report.Section(
            "without statistics",
            statistics.Tensors.Where(tensor => tensor.NotDecoded is not null).GroupBy(tensor => tensor.NotDecoded)
                .Select(group => $"{Plural.Of(group.Count(), "tensor")}, the first is '{group.First().Tensor.Name}': {group.Key}"));
    }

    /// <summary>Six digits are enough to look at; the digest and JSON have all of them.</summary>
    public static string Real(double? value) => value?.ToString("G6", CultureInfo.InvariantCulture) ?? None;

    /// <summary>The smallest or largest value; whole numbers have all digits.</summary>
    public static string Extreme(Int128? whole, double? value) => whole?.ToString(CultureInfo.InvariantCulture) ?? Real(value);

    public static string Whole(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static Column Number(string heading) => new(heading, ColumnAlign.Right);

    private static string[] Row(TensorSummary tensor, Sparkline sparkline)
    {
        string[] what = [tensor.Tensor.Name, TensorTypes.Get(tensor.Tensor.Type).Name, TensorShape.Format(tensor.Tensor.Shape.AsSpan())];
        return tensor.Statistics is not TensorStatistics values
            ? [.. what, None, None, None, None, None, None, None, None, ""]
            :
            [
                .. what, Extreme(values.WholeMinimum, values.Minimum), Extreme(values.WholeMaximum, values.Maximum), Real(values.Mean),
                Real(values.StandardDeviation), Whole(values.NaN), Whole(values.Infinity), Whole(values.Zeros),
                Whole(values.Subnormals), sparkline.Of(values.Magnitudes),
            ];
    }
}
