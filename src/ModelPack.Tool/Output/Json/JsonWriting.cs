using System.Collections.Immutable;
using System.Text.Json;
using ModelPack.Codec.Diagnostics;
using ModelPack.Codec.Proof;

namespace ModelPack.Tool.Output.Json;

/// <summary>Parts that several documents share.</summary>
internal static class JsonWriting
{
    public static void WriteNumberOrNull(this Utf8JsonWriter writer, string name, long? value)
    {
        if (value is long number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }

    public static void WriteStrings(this Utf8JsonWriter writer, string name, ImmutableArray<string> values)
    {
        writer.WriteStartArray(name);
        foreach (string value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }

    public static void WriteNotes(this Utf8JsonWriter writer, IEnumerable<Note> notes)
    {
        writer.WriteStartArray("notes");
        foreach (Note note in notes)
        {
            writer.WriteStartObject();
            writer.WriteString("rule", note.Rule);
            writer.WriteString("text", note.Text);
            writer.WriteNumberOrNull("byteOffset", note.ByteOffset);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static void WriteDifference(this Utf8JsonWriter writer, Difference difference)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", Words.Of(difference.Kind));
        writer.WriteString("place", difference.Place);
        writer.WriteString("text", difference.Text);
        writer.WriteNumberOrNull("elementIndex", difference.ElementIndex);
        writer.WriteNumberOrNull("byteOffset", difference.ByteOffset);
        writer.WriteNumber("count", difference.Count);
        writer.WriteEndObject();
    }
}
