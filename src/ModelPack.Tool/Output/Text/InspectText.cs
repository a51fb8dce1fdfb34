using System.Globalization;
using ModelPack.Diagnostics;
using ModelPack.Tensors;

namespace ModelPack.Tool.Output.Text;

/// <summary>What a header says, for people.</summary>
internal static class InspectText
{
    public const int TensorsShown = 20;

    private const int WidestValue = 100;

    private static readonly Column[] MetadataColumns = [new("key"), new("type"), new("value")];

    private static readonly Column[] TensorColumns =
        [new("name"), new("type"), new("shape"), new("bytes", ColumnAlign.Right), new("offset", ColumnAlign.Right, IsSpare: true)];

    private static readonly Column[] LayerColumns =
        [new("name"), new("type"), new("shape"), new("tensors", ColumnAlign.Right), new("bytes", ColumnAlign.Right)];

    /// <summary>The value of one key and nothing else: a text as it is, each of its lines safe to print.</summary>
    public static string OfKey(MetadataValue value)
    {
        TextReport report = new();
        foreach (string line in (value.Text ?? value.Display(int.MaxValue)).ReplaceLineEndings("\n").Split('\n'))
        {
            report.Line(line);
        }

        return report.ToString();
    }

    /// <summary>The report. It does not say the file's name: the reports of two files are the same if the headers are.</summary>
    public static string Of(ModelFile model, TensorListing listing, ModelStatistics? statistics, int width = int.MaxValue)
    {
        TextReport report = new(width);
        report.Field("format", model.FormatDescription);
        report.Field("architecture", model.Architecture ?? "not named in the metadata");
        report.Field("size", Size.Exact(model.Source.Length));
        report.Field("tensors", Summary(model.Tensors));
        if (statistics is not null)
        {
            report.Field("statistics", $"XXH128 {statistics.Digest}");
        }

        Metadata(report, model.Metadata);
        if (statistics is null)
        {
            Tensors(report, model.Tensors, listing);
        }
        else
        {
            StatisticsText.Write(report, statistics, listing);
        }

        report.Section("notes", model.Notes.Select(NoteText.Of));
        return report.ToString();
    }

    private static string Summary(IReadOnlyList<TensorInfo> tensors)
    {
        if (tensors.Count == 0)
        {
            return "none";
        }

        Dictionary<string, int> counts = [];
        decimal elements = 0;
        foreach (TensorInfo tensor in tensors)
        {
            string type = TensorTypes.Get(tensor.Type).Name;
            counts[type] = counts.GetValueOrDefault(type) + 1;
            elements += tensor.ElementCount;
        }

        List<string> types = [.. counts.Keys];
        types.Sort(
            (first, second) => counts[second] != counts[first] ? counts[second] - counts[first] : string.CompareOrdinal(first, second));
        string mix = string.Join(", ", types.ConvertAll(type => $"{counts[type]} {type}"));
        return string.Create(CultureInfo.InvariantCulture, $"{tensors.Count} ({mix}), {elements:N0} elements");
    }

    private static void Metadata(TextReport report, IReadOnlyList<MetadataEntry> metadata)
    {
        if (metadata.Count == 0)
        {
            return;
        }

        report.Line();
        report.Line($"metadata, {Plural.Of(metadata.Count, "key")}");
        report.Table(MetadataColumns, metadata.Select(entry => (string[])[entry.Key, entry.Value.TypeName, Cut(entry.Value.Display())]));
    }

    private static string Cut(string value) =>
        value.Length <= WidestValue ? value : $"{value.AsSpan(0, WidestValue)}... ({value.Length} characters)";

    private static void Tensors(TextReport report, IReadOnlyList<TensorInfo> tensors, TensorListing listing)
    {
        if (tensors.Count == 0)
        {
            return;
        }

        int shown = listing.Count(tensors.Count);
        report.Line();
        report.Line("tensors");
        IEnumerable<TensorInfo> sorted = listing.Sorted(tensors, tensor => tensor);
        if (listing.Extent == TensorExtent.Layers)
        {
            IEnumerable<LayerGroups.Group<TensorInfo>> groups = LayerGroups.Of(sorted, Words);
            report.Table(
                LayerColumns,
                (listing.Sort == TensorSort.Size ? groups.OrderByDescending(Bytes) : groups).Select(LayerRow));
            return;
        }

        report.Table(TensorColumns, sorted.Take(shown).Select(Row));
        if (shown < tensors.Count)
        {
            report.Line($"  ... {tensors.Count - shown} more; --tensors lists them all");
        }
    }

    private static string Words(TensorInfo tensor) =>
        $"{tensor.Name}\n{TensorTypes.Get(tensor.Type).Name}\n{TensorShape.Format(tensor.Shape.AsSpan())}";

    private static string[] LayerRow(LayerGroups.Group<TensorInfo> group) =>
    [
        .. group.Text.Split('\n'), StatisticsText.Whole(group.Items.Count), StatisticsText.Whole(Bytes(group)),
    ];

    private static long Bytes(LayerGroups.Group<TensorInfo> group) => group.Items.Sum(tensor => tensor.ByteLength);

    private static string[] Row(TensorInfo tensor) =>
    [
        tensor.Name,
        TensorTypes.Get(tensor.Type).Name,
        TensorShape.Format(tensor.Shape.AsSpan()),
        tensor.ByteLength.ToString("N0", CultureInfo.InvariantCulture),
        tensor.Offset.ToString("N0", CultureInfo.InvariantCulture),
    ];
}
