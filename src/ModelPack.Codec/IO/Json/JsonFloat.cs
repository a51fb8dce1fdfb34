using System.Text.Json;

namespace ModelPack.IO.Json;

/// <summary>Floats in JSON. The platform writes -0.0 as -0, which Python reads as an integer and so as 0: the sign would be lost.</summary>
internal static class JsonFloat
{
    private const string NegativeZero = "-0.0";

    public static void WriteFloatValue(this Utf8JsonWriter writer, double value)
    {
        if (value == 0 && double.IsNegative(value))
        {
            writer.WriteRawValue(NegativeZero);
        }
        else
        {
            writer.WriteNumberValue(value);
        }
    }

    /// <summary>A single has fewer digits than the same number as a double.</summary>
    public static void WriteFloatValue(this Utf8JsonWriter writer, float value)
    {
        if (value == 0 && float.IsNegative(value))
        {
            writer.WriteRawValue(NegativeZero);
        }
        else
        {
            writer.WriteNumberValue(value);
        }
    }

    public static void WriteFloat(this Utf8JsonWriter writer, string name, double value)
    {
        writer.WritePropertyName(name);
        writer.WriteFloatValue(value);
    }
}
