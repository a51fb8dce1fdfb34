using System.Globalization;
using ModelPack.Diagnostics.Logs;

namespace ModelPack.Tool.Output.Text;

/// <summary>One difference in one line.</summary>
internal static class DifferenceText
{
    public static string Of(Difference difference)
    {
        string place = Place(difference);
        return $"{EnumText.Of(difference.Kind)}: {difference.Place}: {difference.Text}{place}";
    }

    /// <summary>The same as a result of a log. A byte of the first file is not one of the second, which the log is about.</summary>
    public static SarifResult ToSarif(ErrorCode code, string second, Difference difference) => new(
        code, $"{EnumText.Of(difference.Kind)}: {difference.Text}{Place(difference)}", second, difference.Place,
        difference.OffsetIn == FileSide.Second ? difference.ByteOffset : null);

    /// <summary>The sentence of a list: where one difference holds for many layers, it stands once. A place within a tensor is another in
    /// each.</summary>
    public static IEnumerable<string> Lines(IEnumerable<Difference> differences) =>
        LayerGroups.Of(differences, Of).Select(group => group.Text);

    private static string Place(Difference difference)
    {
        List<string> places = [];
        if (difference.ElementIndex is long element)
        {
            places.Add(string.Create(CultureInfo.InvariantCulture, $"element {element}"));
        }

        if (difference.ByteOffset is long offset)
        {
            places.Add(string.Create(CultureInfo.InvariantCulture, $"at byte {offset} of the {EnumText.Of(difference.OffsetIn)} file"));
        }

        if (difference.Kind == DifferenceKind.Payload)
        {
            places.Add($"{Size.Exact(difference.Count)} {(difference.Count == 1 ? "differs" : "differ")}");
        }

        return places.Count == 0 ? "" : $" ({string.Join(", ", places)})";
    }
}
