using System.Globalization;

namespace ModelPack.Formats.Apr;

/// <summary>Floating-point numbers as the Rust writer spells them: the shortest digits that read back, always with a point or an
/// exponent.</summary>
internal static class AprJsonNumber
{
    public static string Format(double value) => double.IsFinite(value)
        ? Arrange(value.ToString("R", CultureInfo.InvariantCulture), lowest: -5, highest: 16)
        : throw NotFinite(nameof(value));

    public static string Format(float value) => float.IsFinite(value)
        ? Arrange(value.ToString("R", CultureInfo.InvariantCulture), lowest: -6, highest: 13)
        : throw NotFinite(nameof(value));

    private static ArgumentException NotFinite(string parameter) => new("JSON cannot hold NaN and infinity", parameter);

    /// <summary>Arranges shortest round-trip digits. Between the limits for the place of the point they stand without an
    /// exponent.</summary>
    private static string Arrange(string shortest, int lowest, int highest)
    {
        // Without an exponent .NET writes numbers whose point lies between the limits, unless they have very many digits.
        if (shortest.Length <= highest && !shortest.Contains('E', StringComparison.Ordinal))
        {
            return shortest.Contains('.', StringComparison.Ordinal) ? shortest : shortest + ".0";
        }

        string sign = shortest[0] == '-' ? "-" : "";
        string[] parts = shortest[sign.Length..].Split('E');
        int exponent = parts.Length > 1 ? int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
        int dot = parts[0].IndexOf('.', StringComparison.Ordinal);
        int point = (dot < 0 ? parts[0].Length : dot) + exponent;
        string all = parts[0].Replace(".", "", StringComparison.Ordinal);
        string digits = all.TrimStart('0');
        point -= all.Length - digits.Length;
        digits = digits.TrimEnd('0');
        if (digits.Length == 0)
        {
            return sign + "0.0";
        }

        if (point > 0 && point <= highest)
        {
            return digits.Length <= point
                ? $"{sign}{digits.PadRight(point, '0')}.0"
                : $"{sign}{digits[..point]}.{digits[point..]}";
        }

        if (point > lowest && point <= 0)
        {
            return $"{sign}0.{new string('0', -point)}{digits}";
        }

        string power = (point - 1).ToString(CultureInfo.InvariantCulture);
        return digits.Length == 1 ? $"{sign}{digits}e{power}" : $"{sign}{digits[..1]}.{digits[1..]}e{power}";
    }
}
