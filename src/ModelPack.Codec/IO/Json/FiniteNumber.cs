using System.Globalization;

namespace ModelPack.IO.Json;

/// <summary>A finite float with the spelling that Python gives it: the shortest decimal that reads back as the same bits (hf-companions.md
/// §1.1).</summary>
internal readonly record struct FiniteNumber
{
    /// <summary>Python writes an exponent below 1e-4 and from 1e16 on.</summary>
    private const int SmallestPlainExponent = -4;
    private const int FirstLargeExponent = 16;

    public FiniteNumber(float value)
    {
        Value = value;
        Text = Spell(value.ToString("R", CultureInfo.InvariantCulture));
    }

    public FiniteNumber(double value)
    {
        Value = value;
        Text = Spell(value.ToString("R", CultureInfo.InvariantCulture));
    }

    public double Value { get; }

    public string Text { get; }

    private static string Spell(string shortest)
    {
        string sign = shortest.StartsWith('-') ? "-" : "";
        string[] parts = shortest[sign.Length..].Split('E');
        string whole = parts[0].Split('.')[0];
        string allDigits = parts[0].Replace(".", "", StringComparison.Ordinal);
        string digits = allDigits.TrimStart('0');
        int power = parts.Length == 1 ? 0 : int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        int exponent = whole.Length - 1 - (allDigits.Length - digits.Length) + power;
        digits = digits.TrimEnd('0');
        return sign + (digits.Length == 0 ? "0.0" : Place(digits, exponent));
    }

    private static string Place(string digits, int exponent)
    {
        if (exponent is < SmallestPlainExponent or >= FirstLargeExponent)
        {
            string fraction = digits.Length == 1 ? "" : "." + digits[1..];
            return string.Create(
                CultureInfo.InvariantCulture, $"{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
        }

        if (exponent < 0)
        {
            return "0." + new string('0', -exponent - 1) + digits;
        }

        int wholeLength = exponent + 1;
        return digits.Length > wholeLength ? $"{digits[..wholeLength]}.{digits[wholeLength..]}" : digits.PadRight(wholeLength, '0') + ".0";
    }
}
