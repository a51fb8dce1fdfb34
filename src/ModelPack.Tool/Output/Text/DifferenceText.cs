using System.Globalization;

namespace ModelPack.Tool.Output.Text;

/// <summary>One difference in one line.</summary>
internal static class DifferenceText
{
    public static string Of(Difference difference)
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
            places.Add($"{Size.Exact(difference.Count)} differ");
        }

        string place = places.Count == 0 ? "" : $" ({string.Join(", ", places)})";
        return $"{EnumText.Of(difference.Kind)}: {difference.Place}: {difference.Text}{place}";
    }
}
