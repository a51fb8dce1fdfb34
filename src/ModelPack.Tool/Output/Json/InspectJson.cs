using System.Text.Json;
using ModelPack.Formats;
using ModelPack.IO.Json;

namespace ModelPack.Tool.Output.Json;

/// <summary>The document of <c>inspect</c> (docs/json.md). A program gets whole values: nothing is cut.</summary>
internal static class InspectJson
{
    public static void Write(
        Utf8JsonWriter writer, string path, ModelFile model, IEnumerable<MetadataEntry> metadata, IEnumerable<TensorInfo> tensors,
        ModelStatistics? statistics)
    {
        writer.WriteString("kind", "inspect");
        writer.WriteString("file", path);
        writer.WriteString("format", model.Format.Extension());
        writer.WriteString("formatDescription", model.FormatDescription);
        writer.WriteString("architecture", model.Architecture);
        writer.WriteNumber("bytes", model.Source.Length);
        writer.WriteStartArray("metadata");
        foreach (MetadataEntry entry in metadata)
        {
            writer.WriteStartObject();
            writer.WriteString("key", entry.Key);
            writer.WriteString("type", entry.Value.TypeName);
            writer.WritePropertyName("value");
            entry.Value.WriteJson(writer);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("tensors");
        foreach (TensorInfo tensor in tensors)
        {
            Write(writer, tensor);
        }

        writer.WriteEndArray();
        writer.WriteNotes(model.Notes);
        writer.WritePropertyName("statistics");
        if (statistics is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            StatisticsJson.Write(writer, statistics);
        }
    }

    private static void Write(Utf8JsonWriter writer, TensorInfo tensor)
    {
        writer.WriteStartObject();
        writer.WriteString("name", tensor.Name);
        writer.WriteString("type", TensorTypes.Get(tensor.Type).Name);
        writer.WriteShape(tensor.Shape);
        writer.WriteNumber("elements", tensor.ElementCount);
        writer.WriteNumber("bytes", tensor.ByteLength);
        writer.WriteNumber("offset", tensor.Offset);
        writer.WriteString("byteOrder", EnumText.Of(tensor.ByteOrder));
        writer.WriteEndObject();
    }
}
