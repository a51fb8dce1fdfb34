using System.Collections.Immutable;

namespace ModelPack.Tool.Output;

/// <summary>Magnitudes as a row of bars in one line of text. All tensors of a model share the scale, so that their rows can be
/// compared.</summary>
internal sealed class Sparkline
{
    private const string Bars = "▁▂▃▄▅▆▇█";
    private const int MostColumns = 24;

    private readonly int first;
    private readonly int columns;
    private readonly int binsInColumn;

    private Sparkline(MagnitudeRange range)
    {
        binsInColumn = (range.Count + MostColumns - 1) / MostColumns;
        first = range.First;
        columns = (range.Count + binsInColumn - 1) / binsInColumn;
        Heading =
            $"magnitudes 2^{MagnitudeRange.Exponent(range.First)} to 2^{MagnitudeRange.Exponent(range.First + (columns * binsInColumn))}";
    }

    /// <summary>What the first and the last bar stand for.</summary>
    public string Heading { get; }

    public static Sparkline For(IEnumerable<TensorSummary> tensors) => new(MagnitudeRange.Of(tensors));

    /// <summary>One bar for each column; whatever occurs at all is seen.</summary>
    public string Of(ImmutableArray<long> magnitudes)
    {
        long[] columns = new long[this.columns];
        for (int bin = 0; bin < this.columns * binsInColumn && first + bin < magnitudes.Length; bin++)
        {
            columns[bin / binsInColumn] += magnitudes[first + bin];
        }

        long highest = Math.Max(1, columns.Max());
        return string.Concat(columns.Select(count => count == 0 ? ' ' : Bars[(int)((Bars.Length - 1) * (decimal)count / highest)]));
    }
}
