using System.Globalization;
using ModelPack.Codec;
using ModelPack.Codec.Tensors;

namespace ModelPack.Tool.Output.Text;

/// <summary>How many tensors a report lists.</summary>
internal enum TensorListing
{
    /// <summary>The first few, and a line that says how many more there are.</summary>
    Beginning,

    /// <summary>Every one.</summary>
    Complete,
}

/// <summary>What a header says, for people.</summary>
internal static class InspectText
{
    public const int TensorsShown = 20;

    private const int WidestValue = 100;

    private static readonly Column[] Columns =
        [new("name"), new("type"), new("shape"), new("bytes", ColumnAlign.Right), new("offset", ColumnAlign.Right)];

    public static string Of(string path, ModelFile model, TensorListing listing)
    {
        TextReport report = new();
        report.Line(path);
        report.Field("format", model.FormatDescription);
        report.Field("architecture", model.Architecture ?? "not named in the metadata");
        report.Field("size", Size.Exact(model.Source.Length));
        report.Field("tensors", Summary(model.Tensors));
        report.Section($"metadata, {model.Metadata.Count} keys", Metadata(model.Metadata));
        Tensors(report, model.Tensors, listing);
        report.Section("notes", model.Notes.Select(NoteText.Of));
        return report.ToString();
    }

    private static string Summary(IReadOnlyList<TensorInfo> tensors)
    {
        if (tensors.Count == 0)
        {
            return "none";
        }

        IEnumerable<string> types = tensors.GroupBy(tensor => tensor.Type)
            .OrderByDescending(group => group.Count())
            .Select(group => $"{group.Count()} {TensorTypes.Get(group.Key).Name}");
        decimal elements = tensors.Sum(tensor => (decimal)tensor.ElementCount);
        return string.Create(CultureInfo.InvariantCulture, $"{tensors.Count} ({string.Join(", ", types)}), {elements:N0} elements");
    }

    private static IEnumerable<string> Metadata(IReadOnlyList<MetadataEntry> metadata)
    {
        int width = Math.Min(metadata.Select(entry => entry.Key.Length).DefaultIfEmpty().Max(), 48);
        return metadata.Select(entry => $"{entry.Key.PadRight(width)}  {entry.Value.TypeName}  {Cut(entry.Value.Display())}");
    }

    private static string Cut(string value) =>
        value.Length <= WidestValue ? value : $"{value.AsSpan(0, WidestValue)}... ({value.Length} characters)";

    private static void Tensors(TextReport report, IReadOnlyList<TensorInfo> tensors, TensorListing listing)
    {
        if (tensors.Count == 0)
        {
            return;
        }

        int shown = listing == TensorListing.Complete ? tensors.Count : Math.Min(tensors.Count, TensorsShown);
        report.Line();
        report.Line("tensors");
        report.Table(Columns, tensors.Take(shown).Select(Row));
        if (shown < tensors.Count)
        {
            report.Line($"  ... {tensors.Count - shown} more; --tensors lists them all");
        }
    }

    private static string[] Row(TensorInfo tensor) =>
    [
        tensor.Name,
        TensorTypes.Get(tensor.Type).Name,
        TensorShape.Format(tensor.Shape.AsSpan()),
        tensor.ByteLength.ToString("N0", CultureInfo.InvariantCulture),
        tensor.Offset.ToString("N0", CultureInfo.InvariantCulture),
    ];
}
