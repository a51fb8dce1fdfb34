using System.Globalization;
using ModelPack.Formats;

namespace ModelPack.Tool.Output.Text;

/// <summary>What a conversion would do, for people.</summary>
internal static class PreviewText
{
    private static readonly Column[] FileColumns = [new("name"), new("bytes", ColumnAlign.Right)];

    private static readonly Column[] TensorColumns =
        [new("name"), new("in the output"), new("type"), new("stored as"), new("action"), new("bytes", ColumnAlign.Right)];

    public static string Of(string target, ConversionPreview preview, Verbosity verbosity = Verbosity.Normal, int width = int.MaxValue)
    {
        TextReport report = new(width);
        report.Line($"{preview.SourceName} -> {target}: planned, nothing was written");
        report.Field("source", $"{preview.From.Extension()}, {Size.Exact(preview.SourceBytes)}");
        report.Field(
            "output",
            $"{preview.To.Extension()}, "
                + $"{Size.Exact(preview.OutputBytes)}{(preview.Files.Length == 1 ? "" : $" in {preview.Files.Length} files")}");
        MeaningText.Write(report, preview.Meaning, preview.MeaningReasons, preview.To);
        if (preview.Files.Length > 1)
        {
            report.Line();
            report.Line("files");
            report.Table(FileColumns, preview.Files.Select(file => (string[])[file.Name, Grouped(file.Bytes)]));
        }

        if (!preview.Tensors.IsEmpty)
        {
            report.Line();
            report.Line("tensors");
            report.Table(TensorColumns, preview.Tensors.Select(Row));
        }

        NoteSection.Write(report, NoteSection.Ranked(preview.Notes, preview.NoteRanks), verbosity);
        return report.ToString();
    }

    private static string[] Row(PreviewedTensor tensor) =>
    [
        tensor.SourceName,
        tensor.Name == tensor.SourceName ? "=" : tensor.Name,
        tensor.Type,
        tensor.StoredType,
        EnumText.Of(tensor.Action),
        Grouped(tensor.Bytes),
    ];

    private static string Grouped(long bytes) => bytes.ToString("N0", CultureInfo.InvariantCulture);
}
