using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using ModelPack.IO.Json;

namespace ModelPack.Formats.Gguf;

/// <summary>Shows values to people and as JSON. Both walk over the bytes without recursion.</summary>
internal static class GgufValueText
{
    /// <summary>The JSON writer fails above 166 million bytes.</summary>
    private const int LongestJsonString = 64 * 1024 * 1024;

    public static string Display(GgufValue value, int maxItems)
    {
        StringBuilder text = new();
        Span<long> shown = stackalloc long[GgufFormat.MaximumNesting + 1];
        GgufTokenReader reader = value.ReadTokens();
        for (;;)
        {
            if (reader.ItemsLeft > 0 && shown[reader.Depth] == maxItems)
            {
                text.Append(CultureInfo.InvariantCulture, $"{(maxItems == 0 ? "" : ", ")}… {reader.ItemsLeft} more");
                reader.SkipItems();
            }

            int depth = reader.Depth;
            if (!reader.Read())
            {
                return text.ToString();
            }

            if (reader.Token == GgufToken.ArrayEnd)
            {
                text.Append(']');
                continue;
            }

            text.Append(depth > 0 && shown[depth] > 0 ? ", " : "");
            shown[depth]++;
            if (reader.Token == GgufToken.ArrayStart)
            {
                text.Append('[');
                shown[reader.Depth] = 0;
            }
            else
            {
                text.Append(DisplayItem(reader.Type, reader.Bytes, value.Encoding));
            }
        }
    }

    public static void WriteJson(GgufValue value, Utf8JsonWriter writer, int maxItems)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Span<long> shown = stackalloc long[GgufFormat.MaximumNesting + 1];
        GgufTokenReader reader = value.ReadTokens();
        for (;;)
        {
            if (reader.ItemsLeft > 0 && shown[reader.Depth] == maxItems)
            {
                WriteObject(writer, "more", reader.ItemsLeft);
                reader.SkipItems();
            }

            int depth = reader.Depth;
            if (!reader.Read())
            {
                return;
            }

            if (reader.Token == GgufToken.ArrayEnd)
            {
                writer.WriteEndArray();
                continue;
            }

            shown[depth]++;
            if (reader.Token == GgufToken.ArrayStart)
            {
                writer.WriteStartArray();
                shown[reader.Depth] = 0;
            }
            else
            {
                WriteItem(writer, reader.Type, reader.Bytes, value.Encoding);
            }
        }
    }

    private static string DisplayItem(GgufValueType type, ReadOnlySpan<byte> bytes, GgufEncoding encoding)
    {
        if (type == GgufValueType.String && Utf8.IsValid(bytes))
        {
            // Escaped, because a string of a file may hold terminal control sequences.
            return $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(Encoding.UTF8.GetString(bytes))}\"";
        }

        return type switch
        {
            GgufValueType.String => $"hex {System.Convert.ToHexStringLower(bytes)}",
            GgufValueType.Bool => bytes[0] switch { 0 => "false", 1 => "true", byte other => $"true (stored as {other})" },
            GgufValueType.Float32 when !IsFinite(type, bytes, encoding) => $"f32 0x{encoding.UInt32(bytes):x8}",
            GgufValueType.Float64 when !IsFinite(type, bytes, encoding) => $"f64 0x{encoding.UInt64(bytes):x16}",
            GgufValueType.Float32 => ((float)GgufValue.ReadFloat(type, bytes, encoding)).ToString(CultureInfo.InvariantCulture),
            GgufValueType.Float64 => GgufValue.ReadFloat(type, bytes, encoding).ToString(CultureInfo.InvariantCulture),
            _ => GgufValue.ReadInteger(type, bytes, encoding).ToString(CultureInfo.InvariantCulture),
        };
    }

    private static void WriteItem(Utf8JsonWriter writer, GgufValueType type, ReadOnlySpan<byte> bytes, GgufEncoding encoding)
    {
        switch (type)
        {
            case GgufValueType.String when bytes.Length > LongestJsonString:
                WriteObject(writer, "stringBytes", bytes.Length);
                break;
            case GgufValueType.String when Utf8.IsValid(bytes):
                writer.WriteStringValue(bytes);
                break;
            case GgufValueType.String:
                WriteObject(writer, "hex", System.Convert.ToHexStringLower(bytes));
                break;
            case GgufValueType.Bool when bytes[0] > 1:
                WriteObject(writer, "bool", bytes[0]);
                break;
            case GgufValueType.Bool:
                writer.WriteBooleanValue(bytes[0] == 1);
                break;
            case GgufValueType.Float32 when !IsFinite(type, bytes, encoding):
                WriteObject(writer, "f32", $"0x{encoding.UInt32(bytes):x8}");
                break;
            case GgufValueType.Float64 when !IsFinite(type, bytes, encoding):
                WriteObject(writer, "f64", $"0x{encoding.UInt64(bytes):x16}");
                break;
            case GgufValueType.Float32:
                writer.WriteFloatValue((float)GgufValue.ReadFloat(type, bytes, encoding));
                break;
            case GgufValueType.Float64:
                writer.WriteFloatValue(GgufValue.ReadFloat(type, bytes, encoding));
                break;
            case GgufValueType.UInt64:
                writer.WriteNumberValue(encoding.UInt64(bytes));
                break;
            default:
                writer.WriteNumberValue((long)GgufValue.ReadInteger(type, bytes, encoding));
                break;
        }
    }

    private static bool IsFinite(GgufValueType type, ReadOnlySpan<byte> bytes, GgufEncoding encoding) =>
        double.IsFinite(GgufValue.ReadFloat(type, bytes, encoding));

    private static void WriteObject(Utf8JsonWriter writer, string name, string value)
    {
        writer.WriteStartObject();
        writer.WriteString(name, value);
        writer.WriteEndObject();
    }

    private static void WriteObject(Utf8JsonWriter writer, string name, long value)
    {
        writer.WriteStartObject();
        writer.WriteNumber(name, value);
        writer.WriteEndObject();
    }
}
