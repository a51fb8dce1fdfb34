using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace ModelPack.Tool.Output.Html;

/// <summary>Plots as inline SVG. Each series is one path, so that a page with a thousand of them stays small.</summary>
internal static class HtmlPlot
{
    private const int Width = 640;
    private const int Height = 170;
    private const int Left = 46;
    private const int Inset = 18;
    private const int Bottom = 24;
    private const int Top = 8;

    /// <summary>The magnitudes of one tensor, without axes: all tensors share the range.</summary>
    public static string Small(ImmutableArray<long> magnitudes, MagnitudeRange range)
    {
        string bars = Bars(magnitudes, range, column: 1, left: 0.5, floor: 20, height: 20);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"<svg class=\"m\" viewBox=\"0 0 {range.Count} 20\" preserveAspectRatio=\"none\"><path class=\"b\" stroke-width=\".8\" "
                + $"d=\"{bars}\"/></svg>");
    }

    /// <summary>The magnitudes of the whole model, with axes.</summary>
    public static string Magnitudes(IReadOnlyList<TensorSummary> tensors, MagnitudeRange range)
    {
        long[] sums = new long[64];
        foreach (TensorSummary tensor in tensors.Where(tensor => tensor.Statistics is not null))
        {
            for (int bin = 0; bin < sums.Length; bin++)
            {
                sums[bin] = checked(sums[bin] + tensor.Statistics!.Magnitudes[bin]);
            }
        }

        if (!sums.Any(sum => sum > 0))
        {
            return Empty("values by magnitude");
        }

        double column = (double)(Width - (2 * Inset)) / range.Count;
        string bars = Bars([.. sums], range, column, Inset + (column / 2), Height - Bottom, Height - Bottom - Top);
        StringBuilder svg = Start("values by magnitude");
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"b\" stroke-width=\"{column * 0.8:0.##}\" d=\"{bars}\"/>");
        int step = Math.Max(1, range.Count / 8);
        for (int bin = 0; bin < range.Count; bin += step)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<text class=\"t\" x=\"{Inset + ((bin + 0.5) * column):0.#}\" y=\"{Height - 7}\" "
                    + $"text-anchor=\"middle\">2^{MagnitudeRange.Exponent(range.First + bin)}</text>");
        }

        return svg.Append("</svg>").ToString();
    }

    /// <summary>Deviation and largest magnitude of each tensor, in the order of the file, on a logarithmic scale.</summary>
    public static string Course(IReadOnlyList<TensorSummary> tensors)
    {
        double?[] deviations = [.. tensors.Select(tensor => Logarithm(tensor.Statistics?.StandardDeviation))];
        double?[] extremes = [.. tensors.Select(tensor => Logarithm(Largest(tensor)))];
        double[] all = [.. deviations.Concat(extremes).OfType<double>()];
        if (all.Length == 0)
        {
            return Empty("deviation and largest magnitude of each tensor");
        }

        StringBuilder svg = Start("deviation and largest magnitude of each tensor");
        int low = (int)Math.Floor(all.Min());
        int high = Math.Max(low + 1, (int)Math.Ceiling(all.Max()));
        double scale = (double)(Height - Bottom - Top) / (high - low);
        for (int exponent = low, step = Math.Max(1, (high - low + 4) / 5); exponent <= high; exponent += step)
        {
            double y = Height - Bottom - ((exponent - low) * scale);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<path class=\"g\" d=\"M{Left} {y:0.#}H{Width}\"/><text class=\"t\" x=\"{Left - 6}\" y=\"{y + 4:0.#}\" "
                    + $"text-anchor=\"end\">1e{exponent}</text>");
        }

        Points("c", extremes);
        Points("b", deviations);
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text class=\"t\" x=\"{Left}\" y=\"{Height - 7}\">first tensor</text><text class=\"t\" x=\"{Width}\" y=\"{Height - 7}\" "
                + $"text-anchor=\"end\">last tensor</text>");
        return svg.Append("</svg>").ToString();

        void Points(string style, double?[] values)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<path class=\"{style}\" stroke-width=\"5\" stroke-linecap=\"round\" d=\"");
            double column = (double)(Width - Left - 10) / values.Length;
            for (int i = 0; i < values.Length; i++)
            {
                if (values[i] is double value)
                {
                    svg.Append(
                        CultureInfo.InvariantCulture,
                        $"M{Left + 5 + ((i + 0.5) * column):0.#} {Height - Bottom - ((value - low) * scale):0.#}h0");
                }
            }

            svg.Append("\"/>");
        }
    }

    private static double? Largest(TensorSummary tensor) =>
        tensor.Statistics is { Minimum: double low, Maximum: double high } ? Math.Max(Math.Abs(low), Math.Abs(high)) : null;

    private static double? Logarithm(double? value) => value > 0 ? Math.Log10(value.Value) : null;

    private static StringBuilder Start(string label) =>
        new StringBuilder().Append(
            CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{label}\">");

    private static string Empty(string label) => Start(label)
        .Append(CultureInfo.InvariantCulture,
            $"<text class=\"t\" x=\"{Width / 2}\" y=\"{Height / 2}\" text-anchor=\"middle\">no values to show</text></svg>").ToString();

    private static string Bars(ImmutableArray<long> counts, MagnitudeRange range, double column, double left, int floor, int height)
    {
        long highest = 1;
        for (int bin = 0; bin < range.Count; bin++)
        {
            highest = Math.Max(highest, counts[range.First + bin]);
        }

        StringBuilder path = new();
        for (int bin = 0; bin < range.Count; bin++)
        {
            if (counts[range.First + bin] is > 0 and long count)
            {
                // What occurs at all is seen.
                double size = Math.Max(0.6, height * (double)count / highest);
                path.Append(CultureInfo.InvariantCulture, $"M{left + (bin * column):0.##} {floor}v-{size:0.#}");
            }
        }

        return path.ToString();
    }
}
