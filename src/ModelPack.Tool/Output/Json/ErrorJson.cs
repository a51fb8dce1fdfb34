using System.Text.Json;
using ModelPack.IO.Json;
using ModelPack.Tool.Diagnostics;

namespace ModelPack.Tool.Output.Json;

/// <summary>The document of a run that failed (docs/json.md, error).</summary>
internal static class ErrorJson
{
    public static void Write(Utf8JsonWriter writer, Failure failure)
    {
        writer.WriteStartObject("error");
        writer.WriteString("code", failure.Code);
        writer.WriteString("rule", failure.Rule);
        writer.WriteString("message", failure.Message);
        writer.WriteString("file", failure.File);
        writer.WriteString("tensor", failure.Tensor);
        writer.WriteNumberOrNull("byteOffset", failure.ByteOffset);
        writer.WriteString("remedy", failure.Remedy);
        writer.WriteEndObject();
    }
}
