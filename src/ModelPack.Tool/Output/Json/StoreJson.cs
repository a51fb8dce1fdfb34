using System.Text.Json;
using ModelPack.Tool.Commands;

namespace ModelPack.Tool.Output.Json;

/// <summary>The document of <c>store</c> (docs/json.md).</summary>
internal static class StoreJson
{
    public static void Write(
        Utf8JsonWriter writer, string action, string root, IReadOnlyList<StoredModel> models, IReadOnlyList<DamagedModel> damaged)
    {
        writer.WriteString("kind", "store");
        writer.WriteString("action", action);
        writer.WriteString("folder", root);
        writer.WriteStartArray("models");
        foreach (StoredModel model in models)
        {
            writer.WriteStartObject();
            writer.WriteString("id", model.Manifest.Id);
            writer.WriteString("version", model.Manifest.Version);
            writer.WriteString("digest", model.Digest);
            writer.WriteNumber("bytes", model.Manifest.Length);
            writer.WriteString("folder", model.Folder);
            writer.WriteString("difference", model.Difference);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("damaged");
        foreach (DamagedModel model in damaged)
        {
            writer.WriteStartObject();
            writer.WriteString("digest", model.Digest);
            writer.WriteString("folder", model.Folder);
            writer.WriteString("fault", model.Fault);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
