using System.Collections.Immutable;
using System.Globalization;
using ModelPack.Diagnostics;
using ModelPack.Tensors;
using ModelPack.Tool.Output.Text;

namespace ModelPack.Tool.Output.Html;

/// <summary>A model to look at in a browser: one file that loads nothing, not even if a name in the model asks for it.</summary>
internal static class HtmlReport
{
    private const int LongestValue = 400;
    private const int LongestNumber = 12;

    private static readonly ImmutableArray<string> Headings = [
        "type", "shape", "bytes", "min", "max", "mean", "deviation", "NaN", "inf", "zeros", "subnormal"];

    public static byte[] Of(string path, ModelFile model, ModelStatistics statistics)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        HtmlText page = new();
        page.Raw("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
        page.Raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">");
        page.Raw("<meta name=\"viewport\" content=\"width=device-width\">").Element("title", name).Raw("<style>").Raw(HtmlStyle.Css)
            .Raw("</style></head>\n<body>\n");
        page.Element("h1", name)
            .Element("p", $"{model.FormatDescription}; architecture: {model.Architecture ?? "not named in the metadata"}");
        Tiles(page, model, statistics);
        MagnitudeRange range = MagnitudeRange.Of(statistics.Tensors);
        page.Raw("<div class=\"plots\"><div class=\"plot\"><h2>All values by magnitude</h2>")
            .Raw(HtmlPlot.Magnitudes(statistics.Tensors, range));
        page.Raw(
            "</div>\n<div class=\"plot\"><h2><span class=\"key\">deviation</span> &nbsp; <span class=\"key key2\">largest magnitude</span> "
                + "&nbsp; tensor by tensor</h2>");
        page.Raw(HtmlPlot.Course(statistics.Tensors)).Raw("</div></div>\n");
        Types(page, statistics);
        Tensors(page, statistics, range);
        Metadata(page, model);
        Notes(page, model);
        return page.Raw("</body></html>\n").ToUtf8();
    }

    private static void Tiles(HtmlText page, ModelFile model, ModelStatistics statistics)
    {
        long nonFinite = statistics.Tensors.Sum(tensor => tensor.Statistics is { } values ? values.NaN + values.Infinity : 0);
        decimal elements = statistics.Types.Sum(share => share.Elements);
        page.Raw("<div class=\"tiles\">");
        Tile(Size.Short(model.Source.Length), $"file, {Size.Exact(model.Source.Length)}");
        Tile(StatisticsText.Whole(statistics.Tensors.Length), "tensors");
        Tile(elements.ToString("N0", CultureInfo.InvariantCulture), "elements");
        Tile(StatisticsText.Whole(nonFinite), "NaN and infinite values", nonFinite > 0 ? "bad" : null);
        page.Raw("</div>\n").Element("p", $"Digest of the statistics, the same in every container: {statistics.Digest}");

        void Tile(string value, string label, string? style = null) =>
            page.Raw("<div class=\"tile\">").Element("b", value, style).Element("span", label).Raw("</div>");
    }

    private static void Types(HtmlText page, ModelStatistics statistics)
    {
        decimal all = Math.Max(1, statistics.Types.Sum(share => (decimal)share.Bytes));
        page.Raw(
            "<h2>Types</h2>\n<div class=\"wide\"><table><tr><th>type</th><th class=\"n\">tensors</th><th class=\"n\">elements</th><th "
                + "class=\"n\">bytes</th><th>share of the bytes</th></tr>\n");
        foreach (TypeShare share in statistics.Types)
        {
            decimal percent = share.Bytes / all * 100;
            page.Raw("<tr>").Element("td", TensorTypes.Get(share.Type).Name).Element("td", StatisticsText.Whole(share.Tensors), "n");
            page.Element("td", share.Elements.ToString("N0", CultureInfo.InvariantCulture), "n")
                .Element("td", StatisticsText.Whole(share.Bytes), "n");
            page.Raw(
                string.Create(
                    CultureInfo.InvariantCulture, $"<td><div class=\"share\"><i style=\"width:{percent:0.##}%\"></i></div></td></tr>\n"));
        }

        page.Raw("</table></div>\n");
    }

    private static void Tensors(HtmlText page, ModelStatistics statistics, MagnitudeRange range)
    {
        page.Raw("<h2>Tensors</h2>\n<div class=\"wide\"><table><tr><th>name</th>");
        foreach (string heading in Headings)
        {
            page.Element("th", heading, heading is "type" or "shape" ? null : "n");
        }

        page.Element("th", $"magnitudes 2^{MagnitudeRange.Exponent(range.First)} to 2^{MagnitudeRange.Exponent(range.First + range.Count)}")
            .Raw("</tr>\n");
        foreach (TensorSummary tensor in statistics.Tensors)
        {
            page.Raw("<tr>").Element("td", tensor.Tensor.Name, "name").Element("td", TensorTypes.Get(tensor.Tensor.Type).Name);
            page.Element("td", TensorShape.Format(tensor.Tensor.Shape.AsSpan()))
                .Element("td", StatisticsText.Whole(tensor.Tensor.ByteLength), "n");
            Values(page, tensor, range);
            page.Raw("</tr>\n");
        }

        page.Raw("</table></div>\n");
    }

    private static void Values(HtmlText page, TensorSummary tensor, MagnitudeRange range)
    {
        if (tensor.Statistics is not TensorStatistics values)
        {
            page.Raw("<td colspan=\"9\" class=\"faint\">").Raw(HtmlText.Escape(tensor.NotDecoded ?? "")).Raw("</td>");
            return;
        }

        Extreme(page, values.WholeMinimum, values.Minimum);
        Extreme(page, values.WholeMaximum, values.Maximum);
        page.Element("td", StatisticsText.Real(values.Mean), "n").Element("td", StatisticsText.Real(values.StandardDeviation), "n");

        page.Element("td", StatisticsText.Whole(values.NaN), values.NaN > 0 ? "n bad" : "n")
            .Element("td", StatisticsText.Whole(values.Infinity), values.Infinity > 0 ? "n bad" : "n");
        page.Element("td", StatisticsText.Whole(values.Zeros), "n").Element("td", StatisticsText.Whole(values.Subnormals), "n");
        page.Raw("<td>").Raw(HtmlPlot.Small(values.Magnitudes, range)).Raw("</td>");
    }

    // Twenty digits make the table wider than a window: the cell shows the first ones, and all of them when it is pointed at.
    private static void Extreme(HtmlText page, Int128? whole, double? value)
    {
        string exact = StatisticsText.Extreme(whole, value);
        if (exact.Length <= LongestNumber)
        {
            page.Element("td", exact, "n");
            return;
        }

        page.Raw("<td class=\"n\" title=\"").Raw(HtmlText.Escape(exact)).Raw("\">").Raw(HtmlText.Escape(StatisticsText.Real(value)))
            .Raw("</td>");
    }

    private static void Metadata(HtmlText page, ModelFile model)
    {
        page.Raw("<details open>").Element("summary", $"Metadata, {Plural.Of(model.Metadata.Count, "key")}")
            .Raw("<table><tr><th>key</th><th>type</th><th>value</th></tr>\n");
        foreach (MetadataEntry entry in model.Metadata)
        {
            string value = entry.Value.Display();
            string cut = value.Length <= LongestValue ? value : $"{value.AsSpan(0, LongestValue)}... ({value.Length} characters)";
            page.Raw("<tr>").Element("td", entry.Key, "name").Element("td", entry.Value.TypeName).Element("td", cut, "value")
                .Raw("</tr>\n");
        }

        page.Raw("</table></details>\n");
    }

    private static void Notes(HtmlText page, ModelFile model)
    {
        if (model.Notes.Count == 0)
        {
            return;
        }

        page.Raw("<h2>Notes</h2><ul>");
        foreach (Note note in model.Notes)
        {
            page.Element("li", NoteText.Of(note));
        }

        page.Raw("</ul>\n");
    }
}
