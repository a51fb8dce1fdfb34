using ModelPack.Diagnostics;

namespace ModelPack.Tool.Output.Text;

/// <summary>What changed between two models.</summary>
internal static class DiffText
{
    public static string Of(string first, string second, ModelDiff diff, int width = int.MaxValue)
    {
        TextReport report = new(width);
        report.Line(
            diff.Differences.IsEmpty
                ? $"no difference: {first} and {second}"
                : $"{Plural.Of(diff.Differences.Length, "difference")}: {first} and {second}");
        report.Field("tensors", $"{diff.TensorsCompared} compared");
        report.Field("metadata", diff.MetadataCompared == 0 ? "not compared" : $"{Plural.Of(diff.MetadataCompared, "key")} compared");
        DifferenceTable.Write(report, "tensors", diff.Differences.Where(difference => difference.Kind != DifferenceKind.Metadata));
        report.Section(
            "metadata", DifferenceText.Lines(diff.Differences.Where(difference => difference.Kind == DifferenceKind.Metadata)));
        report.Section("notes", diff.Notes);
        return report.ToString();
    }
}
