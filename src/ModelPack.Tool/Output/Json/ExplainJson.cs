using System.Text.Json;
using ModelPack.IO.Json;
using ModelPack.Tool.Commands;

namespace ModelPack.Tool.Output.Json;

/// <summary>The document of <c>explain</c> (docs/json.md).</summary>
internal static class ExplainJson
{
    public static void Write(Utf8JsonWriter writer, CodeTable.Row row)
    {
        writer.WriteString("kind", "explain");
        writer.WriteString("code", row.Code);
        writer.WriteString("summary", row.Summary);
        writer.WriteString("remedy", row.Remedy);
        writer.WriteString("rule", row.Rule);
        writer.WriteNumberOrNull("exitCode", row.ExitCode);
    }
}
