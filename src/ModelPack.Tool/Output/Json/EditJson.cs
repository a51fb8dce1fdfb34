using System.Text.Json;
using ModelPack.IO.Json;

namespace ModelPack.Tool.Output.Json;

/// <summary>The document of <c>edit</c> (docs/json.md).</summary>
internal static class EditJson
{
    public static void Write(Utf8JsonWriter writer, string source, string target, SaveReport report)
    {
        writer.WriteString("kind", "edit");
        writer.WriteString("source", source);
        writer.WriteString("target", target);
        writer.WriteNumber("bytes", report.Length);
        writer.WriteBoolean("unchanged", report.IsUnchanged);
        writer.WriteStrings("files", [.. report.Files]);
        writer.WriteStrings("notes", [.. report.Notes]);
    }
}
