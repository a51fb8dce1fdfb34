using System.Text.Json;
using ModelPack.IO.Json;

namespace ModelPack.Tool.Output.Json;

/// <summary>The document of <c>diff</c> (docs/json.md).</summary>
internal static class DiffJson
{
    public static void Write(Utf8JsonWriter writer, string first, string second, ModelDiff diff)
    {
        writer.WriteString("kind", "diff");
        writer.WriteString("first", first);
        writer.WriteString("second", second);
        writer.WriteBoolean("equal", diff.Differences.IsEmpty);
        writer.WriteNumber("tensorsCompared", diff.TensorsCompared);
        writer.WriteNumber("metadataCompared", diff.MetadataCompared);
        writer.WriteStartArray("differences");
        foreach (Difference difference in diff.Differences)
        {
            writer.WriteDifference(difference);
        }

        writer.WriteEndArray();
        writer.WriteStrings("notes", diff.Notes);
    }
}
