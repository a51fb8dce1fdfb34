using System.Text.Json;
using ModelPack.Formats;
using ModelPack.IO.Json;

namespace ModelPack.Tool.Output.Json;

/// <summary>The document of <c>convert --dry-run</c> (docs/json.md, plan).</summary>
internal static class PreviewJson
{
    public static void Write(Utf8JsonWriter writer, string target, ConversionPreview preview)
    {
        writer.WriteString("kind", "plan");
        writer.WriteString("source", preview.SourceName);
        writer.WriteString("target", target);
        writer.WriteString("from", preview.From.Extension());
        writer.WriteString("to", preview.To.Extension());
        writer.WriteNumber("sourceBytes", preview.SourceBytes);
        writer.WriteNumber("outputBytes", preview.OutputBytes);
        writer.WriteStartArray("files");
        foreach (PreviewedFile file in preview.Files)
        {
            writer.WriteStartObject();
            writer.WriteString("name", file.Name);
            writer.WriteNumber("bytes", file.Bytes);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("tensors");
        foreach (PreviewedTensor tensor in preview.Tensors)
        {
            Write(writer, tensor);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("leftOut");
        foreach (LeftOutFile file in preview.LeftOut)
        {
            writer.WriteStartObject();
            writer.WriteString("name", file.Name);
            writer.WriteNumber("bytes", file.Bytes);
            writer.WriteString("reason", file.Reason);
            writer.WriteBoolean("part", file.IsPart);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("meaning", EnumText.Of(preview.Meaning));
        writer.WriteStrings("meaningReasons", preview.MeaningReasons);
        writer.WriteStrings("notes", preview.Notes);
        writer.WriteStrings("noteRanks", [.. preview.NoteRanks.Select(EnumText.Of)]);
    }

    private static void Write(Utf8JsonWriter writer, PreviewedTensor tensor)
    {
        writer.WriteStartObject();
        writer.WriteString("name", tensor.Name);
        writer.WriteString("sourceName", tensor.SourceName);
        writer.WriteString("type", tensor.Type);
        writer.WriteString("storedType", tensor.StoredType);
        writer.WriteShape(tensor.Shape);
        writer.WriteString("action", EnumText.Of(tensor.Action));
        writer.WriteNumber("bytes", tensor.Bytes);
        writer.WriteEndObject();
    }
}
