using System.Text.Json;
using ModelPack.IO.Json;
using ModelPack.Verification.Comparison;

namespace ModelPack.Tool.Output.Json;

/// <summary>Parts that several documents share.</summary>
internal static class JsonWriting
{
    public static void WriteNotes(this Utf8JsonWriter writer, IEnumerable<Note> notes)
    {
        writer.WriteStartArray("notes");
        foreach (Note note in notes)
        {
            writer.WriteStartObject();
            writer.WriteString("rule", note.Rule);
            writer.WriteString("text", note.Text);
            writer.WriteNumberOrNull("byteOffset", note.ByteOffset);
            writer.WriteString("rank", EnumText.Of(note.Rank));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteDifference(this Utf8JsonWriter writer, Difference difference)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", EnumText.Of(difference.Kind));
        writer.WriteString("place", difference.Place);
        writer.WriteString("text", difference.Text);
        writer.WriteNumberOrNull("elementIndex", difference.ElementIndex);
        writer.WriteNumberOrNull("byteOffset", difference.ByteOffset);
        writer.WriteString("byteOffsetIn", difference.ByteOffset is null ? null : EnumText.Of(difference.OffsetIn));
        writer.WriteNumber("count", difference.Count);
        writer.WritePropertyName("payload");
        if (difference.Payload is PayloadDifference payload)
        {
            Write(writer, payload);
        }
        else
        {
            writer.WriteNullValue();
        }

        writer.WriteEndObject();
    }

    /// <summary>A number; JSON has no word for NaN and infinity, so these are texts.</summary>
    public static void WriteReal(this Utf8JsonWriter writer, string name, double value)
    {
        if (double.IsFinite(value))
        {
            writer.WriteFloat(name, value);
        }
        else
        {
            writer.WriteString(name, value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private static void Write(Utf8JsonWriter writer, PayloadDifference payload)
    {
        writer.WriteStartObject();
        writer.WriteNumber("bytes", payload.Bytes);
        writer.WriteNumber("firstByte", payload.FirstByte);
        writer.WriteNumber("blocks", payload.Blocks);
        writer.WriteNumber("allBlocks", payload.AllBlocks);
        writer.WriteNumberOrNull("elements", payload.Elements);
        Write(writer, "first", payload.First);
        Write(writer, "largest", payload.Largest);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, ValueDifference? difference)
    {
        if (difference is null)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WriteStartObject(name);
        writer.WriteNumber("element", difference.Element);
        writer.WriteReal("first", difference.First);
        writer.WriteReal("second", difference.Second);
        writer.WriteReal("distance", difference.Distance);
        writer.WriteEndObject();
    }
}
