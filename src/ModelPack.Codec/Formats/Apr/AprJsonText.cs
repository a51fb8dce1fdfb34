using System.Globalization;
using System.Text.Json;

namespace ModelPack.Formats.Apr;

/// <summary>Small questions about JSON text.</summary>
internal static class AprJsonText
{
    /// <summary>Options for text whose nesting was checked.</summary>
    public static JsonReaderOptions ReaderOptions => new() { MaxDepth = AprFormat.MaximumLevels };

    public static string Words(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "true or false",
    };

    /// <summary>True if the escapes of a JSON string contain a surrogate without its other half.</summary>
    public static bool HasLoneSurrogate(ReadOnlySpan<byte> escaped)
    {
        bool highBefore = false;
        while (true)
        {
            int plain = escaped.IndexOf((byte)'\\');
            if (highBefore && plain != 0)
            {
                return true;
            }

            if (plain < 0)
            {
                return false;
            }

            escaped = escaped[plain..];
            int unit = escaped[1] == (byte)'u'
                ? int.Parse(escaped.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
                : 0;
            if (highBefore != char.IsLowSurrogate((char)unit))
            {
                return true;
            }

            highBefore = char.IsHighSurrogate((char)unit);
            escaped = escaped[(escaped[1] == (byte)'u' ? 6 : 2)..];
        }
    }

    /// <summary>Copies a JSON value, containers cut after some items; a cut shows how many are left out.</summary>
    public static void WriteCut(ref Utf8JsonReader reader, Utf8JsonWriter writer, int maxItems)
    {
        int[] counts = new int[AprFormat.MaximumLevels + 1];
        bool[] arrays = new bool[AprFormat.MaximumLevels + 1];
        while (reader.Read())
        {
            int level = reader.CurrentDepth;
            bool ends = reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
            bool isItem = !ends && (reader.TokenType == JsonTokenType.PropertyName || arrays[level]);
            if (isItem && ++counts[level] > maxItems)
            {
                reader.Skip();
                continue;
            }

            if (ends && counts[level + 1] > maxItems)
            {
                WriteMore(writer, counts[level + 1] - maxItems, arrays[level + 1]);
            }

            WriteToken(ref reader, writer);
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                counts[level + 1] = 0;
                arrays[level + 1] = reader.TokenType == JsonTokenType.StartArray;
            }
        }
    }

    private static void WriteMore(Utf8JsonWriter writer, int hidden, bool inArray)
    {
        if (inArray)
        {
            writer.WriteStringValue($"… {hidden} more");
        }
        else
        {
            writer.WriteString("…", $"{hidden} more");
        }
    }

    private static void WriteToken(ref Utf8JsonReader reader, Utf8JsonWriter writer)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteStartObject();
                break;
            case JsonTokenType.EndObject:
                writer.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                break;
            case JsonTokenType.EndArray:
                writer.WriteEndArray();
                break;
            case JsonTokenType.PropertyName:
                writer.WritePropertyName(reader.GetString()!);
                break;
            case JsonTokenType.String:
                writer.WriteStringValue(reader.GetString());
                break;
            default:
                writer.WriteRawValue(reader.ValueSpan);
                break;
        }
    }
}
